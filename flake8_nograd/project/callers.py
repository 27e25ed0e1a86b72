"""Who calls a function of the project: in which grad modes, and what becomes of the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_nograd.elsewhere import Callers, Place
from flake8_nograd.project.call_sites import CallSites, Site
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.origins import Origins
from flake8_nograd.project.summary import MODULE_BODY
from flake8_nograd.project.symbols import Definition, Symbols
from flake8_nograd.vocabulary.grad_modes import GradMode

_MOST_FUNCTIONS = 24  # asked for their callers, for one question


class CallerSearch:
    """Follows the calls of a function to the functions around them, and on to theirs."""

    def __init__(self, symbols: Symbols, origins: Origins, deeds: Deeds) -> None:
        self._sites_of = CallSites(symbols, origins, deeds).of
        self._mode_of = deeds.mode_of
        self._trains = deeds.trains
        self._known: dict[tuple[str, str, str], Callers] = {}

    def of(self, function: Definition) -> Callers:
        """What is known of the callers of a function, and of theirs."""
        if function.key not in self._known:
            self._known[function.key] = self._search(function)
        return self._known[function.key]

    def _search(self, function: Definition) -> Callers:
        modes: dict[GradMode, Place] = {}
        recording: Place | None = None
        inside: Place | None = None  # a forward pass from which the calls may come
        seen = {function.key}
        todo = [(function, True)]
        is_open = False
        for item, is_certain in todo:
            sites = self._sites_of(item)
            is_open = is_open or not sites
            for site in sites:
                if site.call.passed and site.spot.module is function.module:
                    continue  # the file itself tells who calls what it is given
                mode = self._mode_of(site.spot, site.call)
                caller = site.spot.definition
                is_body = site.spot.function.name == MODULE_BODY
                inside = site.place if _is_forward(site) else inside
                if mode is GradMode.INHERITED and not is_body:
                    if caller.key not in seen and len(seen) < _MOST_FUNCTIONS:
                        seen.add(caller.key)
                        todo.append((caller, is_certain and site.certain))
                    continue
                mode = GradMode.ON if mode is GradMode.INHERITED else mode
                if mode.switches_off and is_certain and site.certain:
                    # Enough to be silent, if no other caller has to record.
                    trained = self._trained(function)
                    return Callers(seen=True, modes={mode: site.place}, trained=trained)
                modes.setdefault(mode, site.place)
                if mode is GradMode.ON and is_certain and self._counts(site, function):
                    recording = recording or site.place
        if recording is not None:  # what is known by a name alone does not speak against it
            modes = {GradMode.ON: recording}
        return Callers(
            seen=bool(self._sites_of(function)),
            modes=modes,
            is_open=is_open,
            recording=recording,
            trained=self._trained(function),
            forward=self._forward(function) or (None if modes else inside),
            frozen=self._frozen(function),
        )

    def adding(self, function: Definition) -> Place | None:
        """Where another file certainly gives the function what its backward pass starts from."""
        for site in self._sites_of(function):
            is_given = site.certain and site.call.differentiated and not site.call.passed
            if (
                site.spot.module.path != function.module.path
                and is_given
                and not self._mode_of(site.spot, site.call).is_off
            ):
                return site.place
        return None

    def training(self, function: Definition) -> Place | None:
        """Where the function is called, at any distance, by one that differentiates."""
        for item in self.up_from(function, lambda site: site.certain):
            for site in self._sites_of(item):
                if site.certain and not site.call.passed and self._trains(site.spot):
                    return site.place
        return None

    def _counts(self, site: Site, function: Definition) -> bool:
        """Whether a caller shows that a function is run so; a file's own demo does not."""
        is_demo = site.call.main_block and site.spot.module.path == function.module.path
        return site.certain and not (site.call.passed or is_demo)

    def _trained(self, function: Definition) -> Place | None:
        """Where a result of the function, or of one that hands it back, is differentiated."""
        for item in self.up_from(function, self._hands_on):
            for site in self._sites_of(item):
                trains = site.call.trained or _keeps_for_training(site)
                if trains and not self._mode_of(site.spot, site.call).is_off:
                    return site.place
        return None

    def _frozen(self, function: Definition) -> Place | None:
        """Where the function gets a frozen model, if all its callers freeze what they give it."""
        sites = self._sites_of(function)
        return sites[0].place if sites and all(map(_gives_frozen, sites)) else None

    def _hands_on(self, site: Site) -> bool:
        """Whether a caller returns, with its graph, what it gets."""
        return site.call.returned and not self._mode_of(site.spot, site.call).is_off

    def up_from(
        self, function: Definition, follows: Callable[[Site], bool]
    ) -> Iterator[Definition]:
        """The function and its callers at any distance, along the calls that are to be followed."""
        seen = {function.key}
        todo = [function]
        for item in todo:
            yield item
            for site in filter(follows, self._sites_of(item)):
                caller = site.spot.definition
                if caller.key not in seen and len(seen) < _MOST_FUNCTIONS:
                    seen.add(caller.key)
                    todo.append(caller)

    def _forward(self, function: Definition) -> Place | None:
        """Where a forward of a related class calls the method."""
        for site in self._sites_of(function):
            if site.certain and _is_forward(site):
                return site.place
        return None


def _gives_frozen(site: Site) -> bool:
    """Whether a caller freezes what it gives, and never thaws it."""
    given = site.call.argument
    freezes = [item for item in site.spot.function.freezes if item.what == given]
    return bool(given and freezes) and all(item.to is False and not item.when for item in freezes)


def _is_forward(site: Site) -> bool:
    """Whether a call stands in a forward pass, by the name of the function."""
    return site.spot.function.name.strip("_").startswith("forward")


def _keeps_for_training(site: Site) -> bool:
    """Whether a result is kept in an attribute that a method of the same class differentiates."""
    cls, kept = site.spot.cls, site.call.kept_in
    return cls is not None and any(
        not method.trained_attributes.isdisjoint(kept) for method in cls.methods.values()
    )
