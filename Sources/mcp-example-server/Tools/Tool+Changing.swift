import EventLoop
import MCP

/// Tools that change what the server offers, and tell the client.
extension Tool {
  static let changing: [Tool] =
    [
      Tool(
        name: "count", title: "Count", description: "Adds one to the resource \(Resource.counterURI)",
        isReadOnly: false
      ) { call in
        call.session.offers.counter += 1
        if call.session.client?.subscriptions.contains(Resource.counterURI) == true {
          call.session.notify(.resourcesUpdated, ["uri": .string(Resource.counterURI)])
        }
        return .text(String(call.session.offers.counter))
      }
    ] + [ListKind.tools, .resources, .prompts].flatMap { [adding(to: $0), removing(from: $0)] }

  private static let addedName = Parameter("name", .string, "1 to 40 letters, digits, '_' and '-'")

  private static func adding(to list: ListKind) -> Tool {
    Tool(
      name: "add_\(list.itemName)", title: "Add a \(list.itemName)",
      description: "Adds a \(list.itemName) to the list", parameters: [addedName], isReadOnly: false
    ) { call throws(ToolInterruption) in
      let name = call.arguments.string("name")
      guard isUsable(name) else { throw .failed("\"name\" must have \(addedName.description)") }
      guard call.session.offers.add(name, to: list) else { throw .failed("There is a \(list.itemName) \(name)") }
      call.session.notify(list.changed)
      return .text("Added the \(list.itemName) \(name).")
    }
  }

  private static func removing(from list: ListKind) -> Tool {
    Tool(
      name: "remove_\(list.itemName)", title: "Remove a \(list.itemName)",
      description: "Removes a \(list.itemName) that was added", parameters: [addedName], isReadOnly: false
    ) { call throws(ToolInterruption) in
      let name = call.arguments.string("name")
      guard call.session.offers.remove(name, from: list) else { throw .failed("No \(list.itemName) \(name) was added") }
      call.session.notify(list.changed)
      return .text("Removed the \(list.itemName) \(name).")
    }
  }

  private static func isUsable(_ name: String) -> Bool {
    (1...40).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
