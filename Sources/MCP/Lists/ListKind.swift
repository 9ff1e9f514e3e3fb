/// The four lists that servers offer and the gateway merges.
package enum ListKind: Int, CaseIterable, Sendable {
  case tools, prompts, resources, resourceTemplates

  package var method: Method {
    switch self {
    case .tools: .toolsList
    case .prompts: .promptsList
    case .resources: .resourcesList
    case .resourceTemplates: .resourceTemplatesList
    }
  }

  /// The member of the result that holds the items.
  package var member: StaticString {
    switch self {
    case .tools: "tools"
    case .prompts: "prompts"
    case .resources: "resources"
    case .resourceTemplates: "resourceTemplates"
    }
  }

  /// The member of a listen's filter that asks for changes of this list (2026-07-28, server/utilities/subscriptions).
  package var listenMember: StaticString {
    switch self {
    case .tools: "toolsListChanged"
    case .prompts: "promptsListChanged"
    case .resources, .resourceTemplates: "resourcesListChanged"
    }
  }

  /// What one item is called in a message to a person.
  package var itemName: String {
    switch self {
    case .tools: "tool"
    case .prompts: "prompt"
    case .resources: "resource"
    case .resourceTemplates: "resource template"
    }
  }

  /// The notification that says this list changed; templates have none of their own.
  package var changed: Method {
    switch self {
    case .tools: .toolsListChanged
    case .prompts: .promptsListChanged
    case .resources, .resourceTemplates: .resourcesListChanged
    }
  }

  package func isOffered(by capabilities: ServerCapabilities) -> Bool {
    switch self {
    case .tools: capabilities.tools
    case .prompts: capabilities.prompts
    case .resources, .resourceTemplates: capabilities.resources
    }
  }
}
