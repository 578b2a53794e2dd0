// The words of a turn: when each begins, and where it stands in the text.
// The page has the times alone, in tenths of a second, each from the one before. Words are what spaces part.
const timesByTurn = new WeakMap();
const nodesByTurn = new WeakMap();

export function timesOf(turn) {
  if (!timesByTurn.has(turn)) {
    let tenths = 0;
    timesByTurn.set(turn, turn.dataset.words.split(" ").map((step) => (tenths += Number(step)) / 10));
  }
  return timesByTurn.get(turn);
}

// The number of the last of these times that has come, -1 before the first.
export function lastBefore(times, second) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= second) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function rangeOf(turn, number) {
  const nodes = nodesOf(turn);
  const text = nodes.map((node) => node.data).join("");
  let start = 0;
  for (let word = 0; word < number; word += 1) start = text.indexOf(" ", start) + 1;
  const end = text.indexOf(" ", start);
  const range = document.createRange();
  place(nodes, start, (node, offset) => range.setStart(node, offset));
  place(nodes, (end < 0 ? text.length : end) - 1, (node, offset) => range.setEnd(node, offset + 1));
  return range;
}

// The second at which the word at a point of the window is spoken, null where there is none.
export function secondAt(turn, x, y) {
  const caret = document.caretPositionFromPoint?.(x, y) ?? document.caretRangeFromPoint?.(x, y);
  const node = caret && (caret.offsetNode ?? caret.startContainer);
  const nodes = nodesOf(turn);
  const number = nodes.indexOf(node);
  if (number < 0) return null;
  const before = nodes.slice(0, number).map((each) => each.data).join("") + node.data.slice(0, caret.offset ?? caret.startOffset);
  const word = before.split(" ").length - 1;
  const times = timesOf(turn);
  if (word >= times.length || !isNear(rangeOf(turn, word), x, y)) return null;
  return times[word];
}

// The caret of a point beside the text is the nearest one.
function isNear(range, x, y) {
  const room = 6;
  return [...range.getClientRects()].some((box) => x > box.left - room && x < box.right + room && y > box.top - room && y < box.bottom + room);
}

function nodesOf(turn) {
  if (!nodesByTurn.has(turn)) nodesByTurn.set(turn, [...spokenNodes(turn.querySelector(".turn-text"))]);
  return nodesByTurn.get(turn);
}

function* spokenNodes(text) {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(".heard, .edit-link")) yield walker.currentNode;
}

function place(nodes, position, set) {
  let left = position;
  for (const node of nodes) {
    if (left < node.data.length) return set(node, left);
    left -= node.data.length;
  }
}
