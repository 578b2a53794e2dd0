"""The compose files: what each service promises to its owner."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.compose_files import CPU_FILE, HOST_FILE, named_settings, read_services
from support.helpers import ROOT

import config
from workers.tasks import SHUTDOWN_SECONDS

SERVICES = {"redis", "ollama", "webapp", "celery_worker", "celery_cpu", "celery_beat"}
OURS = SERVICES - {"redis", "ollama"}
GPU = {"ollama", "celery_worker"}
OF_COMPOSE = {"COMPOSE_FILE", "OLLAMA_PORT", "OLLAMA_VERSION", "REDIS_PORT"}


def names_in_example() -> set[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {line.lstrip("#").partition("=")[0] for line in lines if "=" in line and not line.startswith("# ")}


@pytest.mark.parametrize("file", [HOST_FILE, CPU_FILE], ids=lambda file: file.name)
def test_the_files_follow_the_specification(file: Path) -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run([checker, "--builtin-schema", "vendor.compose-spec", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_there_are_six_services_of_known_names_on_the_hosts_network() -> None:
    services = read_services()
    assert services.keys() == SERVICES
    for name, service in services.items():
        assert service["container_name"] == f"realrecap_{name}"
        assert service["network_mode"] == "host"
        assert service["restart"] == "unless-stopped"


def test_all_services_of_realrecap_run_one_image() -> None:
    assert {read_services()[name]["image"] for name in OURS} == {"realrecap"}


def test_a_worker_has_time_to_give_its_job_back() -> None:
    for service in read_services().values():
        assert int(service["stop_grace_period"].removesuffix("s")) > max(10, SHUTDOWN_SECONDS)


def test_every_service_has_a_health_check() -> None:
    checks = {name: " ".join(service["healthcheck"]["test"]) for name, service in read_services().items()}
    assert "redis-cli" in checks["redis"]
    assert "ping" in checks["redis"]
    assert checks["ollama"] == "CMD ollama list"
    assert "web_check" in checks["webapp"]
    assert all("heartbeat" in checks[name] for name in ("celery_worker", "celery_cpu", "celery_beat"))


def test_ours_wait_for_redis_and_ollama() -> None:
    for name in OURS:
        waits = read_services()[name]["depends_on"]
        assert waits == {"redis": {"condition": "service_healthy"}, "ollama": {"condition": "service_healthy"}}


def test_redis_and_ollama_listen_on_this_machine_only() -> None:
    services = read_services()
    assert "--bind 127.0.0.1 " in services["redis"]["command"]
    assert services["ollama"]["environment"]["OLLAMA_HOST"].startswith("127.0.0.1:")
    assert services["webapp"]["environment"]["HOST"] == "127.0.0.1"
    assert not any("ports" in service for service in services.values())


def test_all_ports_can_be_set_in_one_place() -> None:
    services = read_services(REDIS_PORT="7001", OLLAMA_PORT="7002", PORT="7003")
    assert "--port 7001" in services["redis"]["command"]
    assert "-p 7001" in services["redis"]["healthcheck"]["test"][1]
    assert services["ollama"]["environment"]["OLLAMA_HOST"] == "127.0.0.1:7002"
    for name in OURS:
        settings = services[name]["environment"]
        assert settings["REDIS_URL"] == "redis://127.0.0.1:7001/0"
        assert settings["OLLAMA_HOST"] == "http://127.0.0.1:7002"
        assert settings["PORT"] == "7003"


def test_redis_keeps_its_queue() -> None:
    command = read_services()["redis"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_what_must_stay_is_in_volumes() -> None:
    services = read_services()
    assert services["redis"]["volumes"] == ["redis:/data"]
    assert "ollama:/root/.ollama" in services["ollama"]["volumes"]
    for name in OURS:
        settings, volumes = services[name]["environment"], services[name]["volumes"]
        assert f"data:{settings['DATA_DIR']}" in volumes
        assert f"models:{settings['MODELS_DIR']}" in volumes


def test_language_models_are_read_where_import_looks_for_them() -> None:
    from webapp.cli.import_ollama_models import import_ollama_models

    services = read_services()
    folder = next(one.default for one in import_ollama_models.params if one.name == "folder")
    assert f"./{folder}:/tmp/models:ro" in services["ollama"]["volumes"]
    assert f"./{folder}:/app/{folder}:ro" in services["webapp"]["volumes"]


def test_one_worker_has_the_gpu_and_takes_one_job_at_a_time() -> None:
    services = read_services()
    assert {name for name in SERVICES if services[name].get("runtime") == "nvidia"} == GPU
    assert all(services[name]["environment"]["NVIDIA_VISIBLE_DEVICES"] == "all" for name in GPU)
    assert "-Q gpu --concurrency=1 " in services["celery_worker"]["command"]
    assert "-Q cpu " in services["celery_cpu"]["command"]


def test_the_override_takes_the_gpu_away_and_nothing_else() -> None:
    host, cpu = read_services(), read_services(cpu=True)
    assert {cpu[name]["runtime"] for name in GPU} == {"runc"}
    assert cpu["celery_worker"]["environment"]["GPU_AVAILABLE"] == "false"
    for name in SERVICES:
        kept = {key: value for key, value in host[name].items() if key not in ("runtime", "environment")}
        assert kept.items() <= cpu[name].items()


def test_the_secret_key_is_asked_for() -> None:
    with pytest.raises(KeyError, match=r"Set SECRET_KEY in \.env"):
        read_services(SECRET_KEY="")


def test_settings_given_to_containers_exist() -> None:
    known = {name.upper() for name in config.Settings.model_fields}
    for name in OURS:
        given = read_services(cpu=True)[name]["environment"].keys()
        assert {one for one in given if not one.startswith("NVIDIA_")} <= known


def test_the_example_holds_what_the_files_read_and_only_settings_that_exist() -> None:
    known = {name.upper() for name in config.Settings.model_fields}
    assert named_settings() | {"COMPOSE_FILE"} <= names_in_example()
    assert names_in_example() <= known | OF_COMPOSE
