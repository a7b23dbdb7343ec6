"""What imports what: no module imports itself through others, neither at once, in a function, nor for its types."""

from __future__ import annotations

import networkx
import pytest

grimp = pytest.importorskip("grimp", reason="test-lowest installs no development tools")


def test_no_modules_import_each_other():
    graph = grimp.build_graph("sfnorch", cache_dir=None)
    imports = networkx.DiGraph(
        (module, imported) for module in graph.modules for imported in graph.find_modules_directly_imported_by(module)
    )
    circles = [sorted(found) for found in networkx.strongly_connected_components(imports) if len(found) > 1]
    assert list(circles) == []
