import MCP

extension ServerID: ExpressibleByIntegerLiteral {
  public init(integerLiteral number: Int) { self.init(number: number) }
}
