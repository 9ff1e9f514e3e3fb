"""Lists: merged, named, in order, complete; followed when they change."""

import re

from support.junction import scripted


def tool(name: str, **more) -> dict:
    return {"name": name, "inputSchema": {"type": "object"}, **more}


def only(*tools: dict, **behaviour) -> dict:
    return scripted(builtIn=False, tools=list(tools), **behaviour)


def test_tools_of_all_servers_are_listed_in_configuration_order(start):
    wire = start({"zeta": only(tool("b"), tool("a")), "alpha": only(tool("c"), instructions="late but first")})
    wire.initialize()
    assert wire.tool_names() == ["zeta__b", "zeta__a", "alpha__c"]


raw_tools = [
    r'{"description":"caf\u00e9 \ud83d\ude00","name":"n","inputSchema":{"type":"object","properties":'
    r'{"x":{"maximum":123456789012345678901234567890,"minimum":1.0}}},"x-vendor":{"b":1,"a":[ 1 , 2 ]}}',
    r'{ "inputSchema" : { "type" : "object", "$schema":"http://json-schema.org/draft-07/schema#" } , "name" : "m" }',
    r'{"name":"o","inputSchema":{"type":"object","properties":{"name":{"const":"\ud800"},"e":{"maximum":1e400}}},"_meta":{"k":1,"k":2}}',
]


def test_a_listed_tool_keeps_its_bytes_but_for_the_name(start):
    wire = start({"one": scripted(builtIn=False, rawTools=raw_tools), "two": only(tool("t"))}, strict=False)
    wire.initialize()
    listed = wire.request("tools/list").raw("result", "tools")
    for raw, name in zip(raw_tools, "nmo", strict=True):
        expected = re.sub(rf'("name" ?: ?)"{name}"', rf'\g<1>"one__{name}"', raw)
        assert expected.encode() in listed


def test_every_page_of_every_list_is_drained(start):
    many = [tool(f"t{n}") for n in range(25)]
    prompts = [{"name": f"p{n}"} for n in range(7)]
    resources = [{"uri": f"mem://r/{n}", "name": f"r{n}"} for n in range(7)]
    templates = [{"uriTemplate": f"mem://t{n}/{{x}}", "name": f"t{n}"} for n in range(7)]
    paged = scripted(builtIn=False, tools=many, prompts=prompts, resources=resources, templates=templates, page=3)
    wire = start({"paged": paged})
    wire.initialize()
    assert wire.tool_names() == [f"paged__t{n}" for n in range(25)]
    assert [item["name"] for item in wire.items("prompts")] == [f"paged__p{n}" for n in range(7)]
    assert [item["uri"] for item in wire.items("resources")] == [f"mem://r/{n}" for n in range(7)]
    assert len(wire.items("resources/templates")) == 7


def test_a_cursor_that_repeats_does_not_hold_up_the_list(start):
    wire = start({"loop": only(tool("round"), loop=True), "good": only(tool("fine"))})
    wire.initialize()
    names = wire.tool_names()
    assert "good__fine" in names
    assert names.count("loop__round") <= 1


def test_cursors_without_end_do_not_hold_up_the_list(start):
    wire = start({"endless": only(tool("first"), endless=True), "good": only(tool("fine"))})
    wire.initialize()
    assert "good__fine" in wire.tool_names()


def test_a_broken_tool_is_kept_back_and_hides_nothing_else(start):
    broken = [
        {"name": "no-schema"},
        {"inputSchema": {"type": "object"}},
        {"name": 7, "inputSchema": {"type": "object"}},
        {"name": "", "inputSchema": {"type": "object"}},
        "not an object",
    ]
    wire = start({"mixed": only(tool("first"), *broken, tool("last")), "other": only(tool("fine"))})
    wire.initialize()
    names = wire.tool_names()
    for expected in ("mixed__first", "mixed__last", "other__fine"):
        assert expected in names
    # A tool without a schema may be repaired; one without a name cannot be.
    assert set(names) <= {"mixed__first", "mixed__no-schema", "mixed__last", "other__fine"}


def test_of_two_tools_of_one_name_the_first_is_listed(start):
    wire = start({"twin": only(tool("same", description="one"), tool("same", description="two"))})
    wire.initialize()
    assert [item["description"] for item in wire.items("tools")] == ["one"]


def test_names_fit_the_alphabet_and_the_budget_of_clients(start):
    long = "a_name_that_goes_on_and_on_until_no_client_would_take_it_any_more"
    tools = [tool("with space"), tool("dotted.name"), tool("emoji😀"), tool(long), tool(long + "_2"), tool("9lives")]
    wire = start({"my server!": only(*tools), "1st": only(tool("x")), "a" * 40: only(tool("y"))})
    wire.initialize()
    names = wire.tool_names()
    assert len(names) == len(set(name.lower() for name in names)) == 8
    for name in names:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,47}", name), name
    assert names[0].startswith("my_server___with_space")
    assert "s1st__x" in names
    for name in names:
        assert f"{wire.call(name).text}".endswith("ran"), name


def test_the_same_configuration_gives_the_same_names_and_order(start):
    servers = {f"s{n}": only(tool("b_c"), tool("x" * 60), tool("ünï")) for n in range(4)}
    servers["s"] = only(tool("0__b_c"))
    lists = []
    for _ in range(3):
        wire = start(servers)
        wire.initialize()
        lists.append(wire.tool_names())
    assert lists[0] == lists[1] == lists[2]


def test_names_that_clash_are_told_apart_and_reach_their_own_server(start):
    first = scripted(builtIn=False, tools=[tool("b__c"), tool("Case"), tool("case")])
    second = scripted(builtIn=False, tools=[tool("c")])
    wire = start({"a": first, "a__b": second})
    wire.initialize()
    names = wire.tool_names()
    folded = [re.sub("_+", "_", name.lower()) for name in names]
    assert len(set(folded)) == 4, names
    texts = [wire.call(name).text for name in names]
    assert sorted(texts) == ["Case ran", "b__c ran", "c ran", "case ran"]


def test_prompts_have_a_name_space_of_their_own(start):
    wire = start({"one": scripted(builtIn=False, tools=[tool("same")], prompts=[{"name": "same"}])})
    wire.initialize()
    assert wire.tool_names() == ["one__same"]
    assert [item["name"] for item in wire.items("prompts")] == ["one__same"]
    got = wire.request("prompts/get", {"name": "one__same"})
    assert got["result"]["messages"][0]["content"]["text"] == "prompt same"


def test_a_uri_that_two_servers_list_stays_with_the_first_and_the_second_stays_reachable(start):
    resource = {"uri": "mem://shared/x", "name": "x"}
    wire = start(
        {
            "first": scripted(name="first", resources=[resource]),
            "second one": scripted(name="second", resources=[resource, {"uri": "mem://own/y", "name": "y"}]),
        }
    )
    wire.initialize()
    uris = [item["uri"] for item in wire.items("resources")]
    assert uris[0] == "mem://shared/x" and uris[2] == "mem://own/y"
    assert re.fullmatch(r"[a-z][a-z0-9.-]*\+mem://shared/x", uris[1])
    read = [wire.request("resources/read", {"uri": uri})["result"]["contents"][0] for uri in uris]
    assert [item["text"].split()[0] for item in read] == ["first", "second", "second"]
    assert read[1]["text"] == "second read mem://shared/x"
    assert read[1]["uri"] == uris[1]


def test_a_uri_of_a_template_reaches_the_server_of_the_template(start):
    first = scripted(name="first", templates=[{"uriTemplate": "db://{table}/rows", "name": "rows"}])
    second = scripted(name="second", templates=[{"uriTemplate": "log://{day}", "name": "log"}])
    wire = start({"a": first, "b": second})
    wire.initialize()
    wire.items("resources/templates")
    answer = wire.request("resources/read", {"uri": "log://monday"})
    assert answer["result"]["contents"][0]["text"] == "second read log://monday"
    answer = wire.request("resources/read", {"uri": "db://users/rows"})
    assert answer["result"]["contents"][0]["text"] == "first read db://users/rows"


def test_a_uri_that_nobody_lists_is_tried_at_each_server_in_turn(start):
    wire = start(
        {
            "one": scripted(name="one", owns="one://", resources=[{"uri": "one://a", "name": "a"}]),
            "two": scripted(name="two", owns="two://", resources=[{"uri": "two://a", "name": "a"}]),
        }
    )
    wire.initialize()
    answer = wire.request("resources/read", {"uri": "two://unlisted"})
    assert answer["result"]["contents"][0]["text"] == "two read two://unlisted"
    missing = wire.request("resources/read", {"uri": "three://x"})
    assert missing["error"]["code"] == -32002


def test_completion_goes_to_the_server_of_its_reference(start):
    prompts = [{"name": "p", "arguments": [{"name": "x"}]}]
    template = {"uriTemplate": "two://{x}", "name": "t"}
    plain = {"tools": {}, "prompts": {}}
    wire = start(
        {
            "one": scripted(name="one", prompts=prompts),
            "two": scripted(name="two", templates=[template]),
            "three": scripted(name="three", prompts=prompts, capabilities=plain),
        }
    )
    wire.initialize()

    def complete(reference: dict) -> list[str]:
        answer = wire.request("completion/complete", {"ref": reference, "argument": {"name": "x", "value": "v"}})
        return answer["result"]["completion"]["values"]

    assert complete({"type": "ref/prompt", "name": "one__p"}) == ["one"]
    assert complete({"type": "ref/resource", "uri": "two://{x}"}) == ["two"]
    assert complete({"type": "ref/prompt", "name": "three__p"}) == []


def test_a_uri_is_not_guessed_at_while_the_server_that_names_it_is_starting(start):
    one = scripted(name="one", resources=[{"uri": "one://a", "name": "a"}])
    two = scripted(name="two", templates=[{"uriTemplate": "two://{x}", "name": "t"}])
    late = {"command": "/bin/sh", "args": ["-c", 'sleep 1.5; exec "$0" "$@"', two["command"], *two["args"]]}
    wire = start({"one": one, "two": late})
    wire.initialize()
    reference = {"type": "ref/resource", "uri": "two://{x}"}
    completed = wire.start("completion/complete", {"ref": reference, "argument": {"name": "x", "value": "v"}})
    read = wire.start("resources/read", {"uri": "two://5"})
    assert wire.result_of(completed)["result"]["completion"]["values"] == ["two"]
    assert wire.result_of(read)["result"]["contents"][0]["text"].startswith("two")


def test_a_changed_list_is_announced_once_and_served(start):
    wire = start({"one": scripted(), "two": only(tool("t"))})
    wire.initialize()
    wire.tool_names()
    before = len(wire.frames)
    wire.call("one__change", {"list": "tools", "keep": True, "items": [tool("new")], "times": 20})
    wire.wait_for_method("notifications/tools/list_changed", after=before)
    assert "one__new" in wire.tool_names()
    assert wire.call("one__new").text == "new ran"
    announced = [frame for frame in wire.frames if frame.method == "notifications/tools/list_changed"]
    assert len(announced) <= 2, "twenty changes in a row are one change"


def test_a_list_that_the_client_has_not_seen_is_not_announced(start):
    wire = start({name: scripted(prompts=[{"name": "p"}]) for name in ("one", "two", "three")})
    wire.initialize()
    for name in ("one", "two", "three"):
        wire.call(f"{name}__echo")
    # The first list is the news; whoever was shown it has nothing left to be told.
    assert len(wire.items("prompts")) == 3
    wire.call("one__echo")
    assert [frame.method for frame in wire.frames if frame.method] == []


def test_an_announcement_that_changes_nothing_is_not_passed_on(start):
    wire = start({"one": scripted(), "two": scripted()})
    wire.initialize()
    wire.tool_names()
    before = len(wire.frames)
    wire.call("one__change", {"list": "tools", "keep": True, "items": []})
    # A real change of another server follows; when it is announced, the first has long been looked at.
    wire.call("two__change", {"list": "prompts", "items": [{"name": "p"}]})
    wire.wait_for_method("notifications/prompts/list_changed", after=before)
    assert [frame for frame in wire.frames[before:] if frame.method == "notifications/tools/list_changed"] == []


def test_changed_prompts_and_resources_are_announced_each_by_their_kind(start):
    wire = start({"one": scripted()})
    wire.initialize()
    wire.items("prompts")
    wire.items("resources")
    before = len(wire.frames)
    wire.call("one__change", {"list": "resources", "items": [{"uri": "mem://a", "name": "a"}]})
    wire.wait_for_method("notifications/resources/list_changed", after=before)
    assert [item["uri"] for item in wire.items("resources")] == ["mem://a"]
    before = len(wire.frames)
    template = {"uriTemplate": "mem://{x}", "name": "t"}
    wire.call("one__change", {"list": "resourceTemplates", "items": [template]})
    wire.wait_for_method("notifications/resources/list_changed", after=before)
    assert wire.items("resources/templates") == [template]


def test_a_cursor_that_was_never_given_out_is_refused(start):
    wire = start({"one": scripted()})
    wire.initialize()
    assert wire.request("tools/list", {"cursor": "made up"})["error"]["code"] == -32602


def test_instructions_of_all_servers_stand_under_their_names(start):
    wire = start(
        {
            "one": scripted(instructions="Use the hammer."),
            "two": scripted(instructions="Use the saw. " + "Mind your fingers. " * 300),
        }
    )
    text = wire.initialize()["result"]["instructions"]
    assert text.index("one") < text.index("Use the hammer.") < text.index("two") < text.index("Use the saw.")
    assert len(text.encode()) <= 2048
    resources = {item["uri"] for item in wire.items("resources")}
    assert "junction://instructions/two" in resources and "junction://instructions/one" not in resources
    whole = wire.request("resources/read", {"uri": "junction://instructions/two"})
    assert whole["result"]["contents"][0]["text"].count("Mind your fingers.") == 300


def test_capabilities_are_the_same_whoever_is_behind(start):
    wanted = {
        "tools": {"listChanged": True},
        "prompts": {"listChanged": True},
        "resources": {"subscribe": True, "listChanged": True},
        "completions": {},
        "logging": {},
    }
    for servers in ({"bare": scripted(capabilities={})}, {"full": scripted()}, {"dead": scripted(exit=1)}):
        wire = start(servers)
        capabilities = wire.initialize()["result"]["capabilities"]
        assert "tasks" in capabilities
        assert {key: capabilities[key] for key in wanted} == wanted
        assert wire.items("prompts") == []
