print("mcp-junction")
