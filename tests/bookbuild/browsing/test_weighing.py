"""What a page fetched is counted when nothing is on the way any more."""

import pytest

from bookbuild.browsing import weighing
from bookbuild.errors import CommandError


class Session:
    """Takes the place of a browser's session; a test says what happens."""

    def __init__(self):
        self.listeners = {}
        self.heard = None  # of how many kinds of event, when it was told to begin

    def on(self, event, listener):
        self.listeners[event] = listener

    def send(self, method):
        assert method == "Network.enable"
        self.heard = len(self.listeners)

    def ask(self, number, url="https://host.example/a.png"):
        event = {"requestId": str(number), "request": {"url": url}}
        self.listeners["Network.requestWillBeSent"](event)

    def finish(self, number, size=100.0):
        event = {"requestId": str(number), "encodedDataLength": size}
        self.listeners["Network.loadingFinished"](event)

    def fail(self, number):
        self.listeners["Network.loadingFailed"]({"requestId": str(number)})


class Shown:
    """Takes the place of a page: while it is waited for, the next thing happens."""

    url = "https://host.example/page.html"

    def __init__(self, *happens):
        self.happens = list(happens)

    def wait_for_timeout(self, milliseconds):
        if self.happens:
            self.happens.pop(0)()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(weighing, "QUIET", 0.01)
    monkeypatch.setattr(weighing, "PATIENCE", 200)


@pytest.mark.usefixtures("quick")
class TestTraffic:
    def test_it_listens_before_the_session_begins(self):
        session = Session()
        weighing.Traffic(session)
        assert session.heard == 3

    def test_it_waits_for_what_was_asked_for_while_it_waited(self):
        session = Session()
        traffic = weighing.Traffic(session)
        session.ask(1)
        page = Shown(
            lambda: session.finish(1, 100.0),
            lambda: session.ask(2),
            lambda: session.finish(2, 50.0),
        )
        traffic.settle(page)
        assert traffic.sizes == [100.0, 50.0]
        assert repr(traffic) == "Traffic(2 fetched, 0 on the way)"

    def test_what_failed_is_not_waited_for_and_not_counted(self):
        session = Session()
        traffic = weighing.Traffic(session)
        session.ask(1)
        traffic.settle(Shown(lambda: session.fail(1)))
        assert traffic.sizes == []

    def test_a_request_without_an_answer_is_named(self):
        session = Session()
        traffic = weighing.Traffic(session)
        session.ask(1, "https://host.example/slow.png")
        with pytest.raises(CommandError, match=r"still .*0\.2 s: .*/slow\.png"):
            traffic.settle(Shown())

    def test_a_page_that_asks_for_ever_is_given_up(self):
        session = Session()
        traffic = weighing.Traffic(session)

        class Restless(Shown):
            def wait_for_timeout(self, milliseconds):
                session.ask(1)
                session.finish(1)

        with pytest.raises(CommandError, match="one thing after another"):
            traffic.settle(Restless())
