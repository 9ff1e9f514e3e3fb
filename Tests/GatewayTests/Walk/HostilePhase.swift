/// Where in its life a hostile server is asked something.
enum HostilePhase: CaseIterable { case handshake, discovery, listing, call, listen, other }
