#ifndef MCP_JUNCTION_CLIBUV_SHIM_H
#define MCP_JUNCTION_CLIBUV_SHIM_H

#include <uv.h>

#endif
