import EventLoop
import Gateway
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct MetricTests {
  private static let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one__echo"}}"#

  @GatewayActor private func lines(of bench: Bench) -> [String] {
    let usage = ProcessUsage(residentBytes: 4096, openDescriptors: 7)
    let text = PrometheusText.render(MetricReport(of: bench.manager, process: usage).families)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func series(_ outcome: String, tool: String = "echo") -> String {
    #"{server="one",method="tools/call",tool="\#(tool)",outcome="\#(outcome)"}"#
  }

  @Test(arguments: [
    ("ok", #""result":{"content":[]}"#), ("toolError", #""result":{"content":[],"isError":true}"#),
    ("error", #""error":{"code":1,"message":"m"}"#), ("unknown", #""result":{},"error":{}"#),
  ])
  func anAnswerIsCountedByWhatItSays(_ outcome: String, _ answer: String) async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench.tell(Self.call)
      _ = await bench["one"].received.next()
      bench.clock.advance(by: 40)
      bench["one"].send(#"{"jsonrpc":"2.0","id":6,\#(answer)}"#)
      _ = await bench.lines.next()
      let lines = lines(of: bench)
      #expect(lines.contains("mcp_junction_calls_total\(series(outcome)) 1"))
      #expect(lines.contains("mcp_junction_call_duration_seconds_sum\(series(outcome)) 0.04"))
      #expect(lines.filter { $0.hasPrefix("mcp_junction_calls_total{") }.count == 1)
      await bench.close()
    }
  }

  @Test func aCancelledCallAndOneOverItsTimeAreCountedAsSuch() async {
    await onLoop {
      let bench = Bench(entry: #"{"callTimeout":"2s"}"#)
      _ = await bench.open()
      bench.tell(Self.call)
      _ = await bench["one"].received.next()
      bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
      _ = await bench["one"].received.next()
      bench.tell(Self.call)
      _ = await bench["one"].received.next()
      bench.clock.advance(by: 2_200)
      _ = await bench.lines.next()
      let lines = lines(of: bench)
      #expect(lines.contains("mcp_junction_calls_total\(series("cancelled")) 1"))
      #expect(lines.contains("mcp_junction_calls_total\(series("expired")) 1"))
      await bench.close()
    }
  }

  @Test func aCallThatWasNeverSentHasNoDurationAndNamesItsCause() async {
    await onLoop {
      let bench = Bench(entry: #"{"callsInFlight":1,"queue":1}"#)
      _ = await bench.open()
      for id in 1...3 {
        bench.tell(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"one__echo"}}"#)
      }
      _ = await bench.lines.next()
      let lines = lines(of: bench)
      #expect(lines.contains("mcp_junction_calls_total\(series("notSent")) 1"))
      #expect(!lines.contains { $0.hasPrefix("mcp_junction_call_duration_seconds_count") })
      let labels = #"{server="one",replica="0""#
      #expect(lines.contains("mcp_junction_endpoint_refusals_total\(labels),cause=\"queueFull\"} 1"))
      #expect(lines.contains("mcp_junction_endpoint_in_flight_requests\(labels)} 1"))
      #expect(lines.contains("mcp_junction_endpoint_waiting_requests\(labels)} 1"))
      #expect(lines.contains("mcp_junction_endpoint_leases_total\(labels)} 1"))
      await bench.close()
    }
  }

  @Test func aLostAndRepairedEndpointIsCountedAndOneStateHolds() async {
    await onLoop {
      let bench = Bench()
      _ = await bench.open()
      bench["one"].send("no message")
      bench["one"].send(#"{"jsonrpc":"2.0","id":99,"result":{}}"#)
      bench["one"].die()
      bench.tell(Self.call)
      _ = await bench["one"].received.next()
      let lines = lines(of: bench)
      let labels = #"{server="one",replica="0""#
      for expected in [
        "starts_total\(labels)} 2", "reconnects_total\(labels)} 1", "losses_total\(labels),cause=\"exit\"} 1",
        "breaker_openings_total\(labels)} 0", "stray_answers_total\(labels)} 1", "skipped_lines_total\(labels)} 1",
        "state\(labels),state=\"connected\"} 1", "state\(labels),state=\"reconnecting\"} 0",
        "health\(labels),health=\"healthy\"} 1", "breaker\(labels),state=\"closed\"} 1",
        "changes_total\(labels),state=\"connected\"} 2",
      ] {
        #expect(lines.contains("mcp_junction_endpoint_" + expected), "\(expected)")
      }
      await bench.close()
    }
  }

  @Test func theProcessItsListsAndItsClientsAreThere() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"])
      _ = await bench.open()
      let lines = lines(of: bench)
      for expected in [
        "process_resident_memory_bytes 4096", "process_open_fds 7", "mcp_junction_sessions 1",
        "mcp_junction_unanswered_requests 0", #"mcp_junction_info{version="0"} 1"#,
        #"mcp_junction_listed_items{server="two",list="tools"} 1"#,
        #"mcp_junction_quarantined_items{server="two",list="prompts"} 0"#,
      ] {
        #expect(lines.contains(expected), "\(expected)")
      }
      await bench.close()
    }
  }

  @Test func everyFamilyIsDocumented() async throws {
    let documented = try RepositoryFile.lines("docs/operations.md").compactMap { line -> Substring? in
      let cells = line.split(separator: "`")
      let isMetric = ["| gauge |", "| counter |", "| histogram |"].contains { line.contains($0) }
      return isMetric ? cells[1] : nil
    }
    let reported = await onLoop {
      let bench = Bench()
      let usage = ProcessUsage(residentBytes: 1, openDescriptors: 1)
      return MetricReport(of: bench.manager, process: usage).families.map(\.name)
    }
    #expect(documented.map(String.init).sorted() == reported.sorted())
  }

  @Test func noSeriesStandsTwice() async {
    await onLoop {
      let bench = Bench(servers: ["one", "two"], entry: #"{"instances":2}"#)
      _ = await bench.open()
      bench.tell(Self.call)
      bench.tell(
        #"{"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"x"}}}"#)
      let names = lines(of: bench).filter { !$0.hasPrefix("#") }.map { $0.prefix(upTo: $0.lastIndex(of: " ")!) }
      #expect(Set(names).count == names.count)
      await bench.close()
    }
  }

  @Test func beyondTheLimitToolsAreCountedByServerOnly() async {
    await onLoop {
      let bench = Bench()
      bench["one"].tools = (0...(Metrics.toolLimit)).map { "t\($0)" }
      _ = await bench.open()
      await bench.manager.whenMerged()
      for index in 0...Metrics.toolLimit {
        bench.tell(
          #"{"jsonrpc":"2.0","id":\#(index),"method":"tools/call","params":{"name":"one__t\#(index)"}}"#)
        bench.tell(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(index)}}"#)
      }
      let calls = lines(of: bench).filter { $0.hasPrefix("mcp_junction_calls_total{") }
      #expect(calls.count == Metrics.toolLimit + 1)
      #expect(calls.last == #"mcp_junction_calls_total{server="one",method="tools/call",outcome="cancelled"} 1"#)
      await bench.close()
    }
  }

  @Test func aChangeOfAnEndpointIsOneLineWithAllThatIsKnown() async {
    await onLoop {
      let bench = Bench(entry: #"{"reconnect":{"first":"2s","jitter":0}}"#)
      _ = await bench.open()
      bench["one"].die()
      let lost = await bench.log.next { $0.contains("to=reconnecting") }
      #expect(lost.hasPrefix("level=warning event=endpoint_changed server=one replica=0 generation=1 from=connected"))
      #expect(lost.contains("to=reconnecting phase=waiting attempt=1 retry=\"2 s\" why=\"it ended (exit code 3)"))
      bench.clock.advance(by: 2_000)
      let ready = await bench.log.next { $0.contains("to=connected") }
      #expect(
        ready
          == "level=info event=endpoint_changed server=one replica=0 generation=2 from=reconnecting to=connected health=healthy"
      )
      await bench.close()
    }
  }
}
