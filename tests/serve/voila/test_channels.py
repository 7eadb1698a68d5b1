"""What passes between a page and its kernel."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus

from campaignkit.serve.voila.channels import FROM_THE_PAGE, passes
from tests.serve.voila.running import encoded

KINDS = (
    "execute_request inspect_request complete_request history_request is_complete_request connect_request"
    " shutdown_request interrupt_request debug_request create_subshell_request usage_request input_reply"
    " comm_msg comm_close comm_open comm_info_request kernel_info_request clear_output apply_request abort_request"
).split()


@pytest.mark.parametrize("kind", KINDS)
def test_only_comms_and_harmless_questions_pass_and_only_on_the_shell(kind):
    content = {"target_name": "jupyter.widget.control"}
    for channel in ("shell", "control", "stdin", "iopub", "", None):
        message = {"header": {"msg_type": kind}, "content": content, "channel": channel}
        assert passes(message) is (channel == "shell" and kind in FROM_THE_PAGE)


@pytest.mark.parametrize(
    "target", ["jupyter.widget", "jupyter.widget.version", "x", None, ["jupyter.widget.control"]]
)
def test_a_page_makes_no_widgets(target):
    content = {} if target is None else {"target_name": target}
    assert not passes({"header": {"msg_type": "comm_open"}, "content": content, "channel": "shell"})


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "x",
        {},
        {"channel": "shell"},
        {"channel": "shell", "header": [], "content": {}},
        {"channel": "shell", "header": {"msg_type": ["comm_msg"]}, "content": {}},
        {"channel": "shell", "header": {"msg_type": "comm_msg"}, "content": "x"},
        {"channel": "shell", "header": {"msg_type": "comm_msg"}},
    ],
)
def test_what_is_no_message_does_not_pass(message):
    assert not passes(message)


HOSTILE = {
    "execute_request": {"code": "open(%r, 'w').write('x')", "silent": False, "allow_stdin": False},
    "inspect_request": {"code": "act", "cursor_pos": 3, "detail_level": 1},
    "complete_request": {"code": "ac", "cursor_pos": 2},
    "history_request": {"hist_access_type": "tail", "n": 10, "output": True, "raw": True},
    "is_complete_request": {"code": "x"},
    "connect_request": {},
    "debug_request": {"type": "request", "command": "initialize", "seq": 1, "arguments": {}},
    "interrupt_request": {},
    "shutdown_request": {"restart": False},
    "create_subshell_request": {},
    "usage_request": {},
    "comm_open": {
        "comm_id": "x",
        "target_name": "jupyter.widget",
        "data": {"state": {"_model_name": "HTMLModel"}},
    },
}


@pytest.fixture
def page(served):
    browser = served.browser()
    kernel = browser.open("widgets.ipynb")
    with browser.connected(kernel) as socket:
        yield browser, kernel, socket
    browser.close(kernel)


def test_a_kernel_answers_no_request_of_a_hostile_page_and_lives(served, page, acted):
    browser, kernel, socket = page
    process = served.process_of(kernel)
    sent = {}
    for channel in ("shell", "control", "stdin", "iopub", "nonsense"):
        for kind, content in HOSTILE.items():
            hostile = {key: value % str(acted) if key == "code" and "%r" in str(value) else value
                       for key, value in content.items()}  # fmt: skip
            sent[socket.send(kind, hostile, channel)] = kind
    answered = {
        sent[message["parent"].get("msg_id")]
        for message in socket.settle()
        if message["parent"].get("msg_id") in sent
    }
    assert answered == set()
    assert not acted.exists()
    assert process.is_running()
    assert browser.session(kernel) == {"kernel": True, "connected": True, "room": True}


def test_bytes_that_are_no_message_change_nothing_and_cost_nothing(served, page):
    browser, kernel, socket = page
    for raw in (
        b"",
        b"\xff" * 8,
        b"\xff" * 4096,
        (2**62).to_bytes(8, "little") + b"x" * 64,
        (6).to_bytes(8, "little") + (2**40).to_bytes(8, "little") * 6,
        encoded("shell", [{"msg_type": "comm_msg"}]),
        encoded("shell", ["x", None, 3, [1]]),
        b"[" * 100_000,
        "{" * 1000,
        '{"channel": "shell", "header": {"msg_type": "execute_request"}, "content": {"code": "1"}}',
    ):
        socket.raw.send(raw)
    socket.settle()
    assert served.browser().ask("/healthz").status == 200
    assert browser.session(kernel)["connected"]
    assert served.log.count("the page sent") <= 5 * len(served.kernels()) + 200


def test_the_log_names_a_hostile_page_a_few_times_only(served, page):
    _, _, socket = page
    before = served.log.count("the page sent a message that is not for pages")
    for _ in range(50):
        socket.send("execute_request", {"code": "1"})
    socket.settle()
    assert served.log.count("the page sent a message that is not for pages") == before + 5


def test_widgets_that_were_never_shown_can_be_named_but_a_trouble_s_inside_stays_inside(served, page):
    _, _, socket = page
    models = socket.models()
    assert len(models) >= 6
    told = []
    for model in models:
        for value in ("<img src=x>", None, -1, 10**40, [1], {"a": 1}, True):
            data = {
                "method": "update",
                "state": dict.fromkeys(("value", "max", "_model_name", "layout"), value),
            }
            socket.send("comm_msg", {"comm_id": model, "data": data})
        socket.send(
            "comm_msg", {"comm_id": model, "data": {"method": "custom", "content": {"event": "click"}}}
        )
        told += socket.settle()
    text = repr(told)
    assert "Traceback" not in text
    assert "TraitError" not in text
    assert "site-packages" not in text
    assert "TraitError" in served.log


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", None])
def test_a_page_of_somebody_else_cannot_connect(served, page, origin):
    browser, kernel, _ = page
    with pytest.raises(InvalidStatus, match="403"), browser.connected(kernel, origin=origin):
        pass


def test_a_stranger_cannot_connect_to_a_kernel_whose_id_is_known(served, page):
    _, kernel, _ = page
    stranger = served.browser()
    with pytest.raises(InvalidStatus, match="404"), stranger.connected(kernel):
        pass
    stranger.open("sound.ipynb")
    with pytest.raises(InvalidStatus, match="404"), stranger.connected(kernel):
        pass
    with (
        pytest.raises(InvalidStatus, match="404"),
        stranger.connected("00000000-0000-0000-0000-000000000000"),
    ):
        pass


@pytest.mark.parametrize("method", ["DELETE", "POST", "PUT", "PATCH"])
def test_even_its_own_page_cannot_end_a_kernel_by_other_ways(served, page, method):
    browser, kernel, socket = page
    token = {"X-XSRFToken": browser.cookies["_xsrf"]}
    for path in ("", "/restart", "/interrupt"):
        assert browser.ask(f"/api/kernels/{kernel}{path}", method, "{}", **token).status in (403, 404, 405)
    assert browser.ask(f"/voila/api/shutdown/{kernel}", "POST", "").status == 403
    socket.settle()
