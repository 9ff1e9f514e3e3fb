"""FastMCP's proxy in front of the servers of a configuration file, over stdio."""

import json
import sys
from pathlib import Path

from fastmcp.server import create_proxy

create_proxy(json.loads(Path(sys.argv[1]).read_text())).run(transport="stdio", show_banner=False)
