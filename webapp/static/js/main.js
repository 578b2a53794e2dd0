// Starts the scripts that a page needs. Every page works without them.
import { startControls } from "./controls.js";
import { startDialogs } from "./dialogs.js";
import { followInstalls, followRecording, followRows } from "./live.js";
import { startPlayer } from "./player.js";
import { startSelection } from "./selection.js";
import { startTabs } from "./tabs.js";
import { startUploader } from "./uploader.js";

export function start(root = document) {
  startControls(root);
  startDialogs(root);
  startSelection(root);
  startTabs(root);
  startPlayer(root);
  startUploader(root);
  followRows(root);
  followRecording(root, (fresh) => start(fresh));
  followInstalls(root, (fresh) => start(fresh));
}

start();
