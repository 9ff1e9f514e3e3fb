package import Configuration
package import EventLoop
package import Gateway
import HTTP

/// Opens connections to servers over HTTP. What that takes is loaded with the first of them.
@GatewayActor
package final class RemoteServers {
  private let environment: [String: String]
  private let identity: String
  private let messageLimit: Int
  private let log: Log
  private let authorization: Authorization.Source
  /// Told when the machine has slept for a while, and connections that were open are not to be relied on.
  package var onWake: @GatewayActor () -> Void = {}

  /// - Parameters:
  ///   - environment: where proxies and certificates are named.
  ///   - identity: what the gateway calls itself, as `name/version`.
  ///   - messageLimit: bytes of one message.
  ///   - log: where it is said what happens.
  ///   - authorization: who knows by what right requests are made.
  package init(
    environment: [String: String], identity: String, messageLimit: Int, log: Log,
    authorization: @escaping Authorization.Source = { _, _ in nil }
  ) {
    self.environment = environment
    self.identity = identity
    self.messageLimit = messageLimit
    self.log = log
    self.authorization = authorization
  }

  /// Makes what carries the messages of one connection. Nothing is sent yet.
  package func open(_ server: ServerConfiguration, _ launch: RemoteLaunch) -> Result<Carrier, LaunchFailure> {
    do throws(HTTPFailure) {
      let client = try HTTPClient.shared()
      client.onWake = { [weak self] in
        self?.log(.info, "machine_woke")
        self?.onWake()
      }
      do throws(LaunchFailure) {
        let address = try ServerAddress(
          server, launch, environment: environment, identity: identity, by: client.library)
        return .success(
          HTTPCarrier(
            address, client: client, authorization: authorization(server, launch), messageLimit: messageLimit,
            log: log
          ).carrier)
      } catch { return .failure(error) }
    } catch { return .failure(LaunchFailure(reason: error.reason)) }
  }
}
