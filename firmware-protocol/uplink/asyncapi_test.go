package uplink

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"hallpulse/firmware-protocol/hall"
)

// asyncapi.yaml is written by hand, for readers. Here it is compared with the Go types, constants and limits; that the
// comparison sees a difference is proved by planted ones.

func TestThePublishedDocumentIsTrue(t *testing.T) {
	for _, fault := range faults(published(t), declared(t)) {
		t.Error(fault)
	}
}

func published(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// words is what the sources declare and no running program can list.
type words struct {
	agent, hub []any            // types of events, by stream
	sets       map[string][]any // codes of each closed set, under the name of its schema
	leaves     []leaf
}

// leaf is a Leaf… constant and its comment.
type leaf struct{ value, says string }

// declared reads the sources.
func declared(t *testing.T) words {
	t.Helper()
	w := words{sets: map[string][]any{}}
	for _, name := range []string{"../hall/fact.go", "../hall/level.go", "../hall/day.go", "../hall/window.go", "receipt.go", "topic.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, spec := range d.Specs {
					w.constant(t, spec.(*ast.ValueSpec), d.Doc.Text())
				}
			}
		}
	}
	// A phone's rating is a rating.given in the hub's stream (hall/fact.go).
	w.hub = append([]any{string(hall.TypeRatingGiven)}, w.hub...)
	return w
}

// constant files a constant under the closed set it belongs to.
func (w *words) constant(t *testing.T, spec *ast.ValueSpec, block string) {
	t.Helper()
	lit, ok := spec.Values[0].(*ast.BasicLit)
	if !ok {
		return // calculated: no word
	}
	var value any
	if err := json.Unmarshal([]byte(lit.Value), &value); err != nil {
		t.Fatalf("%s: %v", spec.Names[0], err)
	}
	name, typ := spec.Names[0].Name, ""
	if spec.Type != nil {
		typ = spec.Type.(*ast.Ident).Name
	}
	switch {
	case typ == "Type" && strings.HasPrefix(block, "What agents tell."):
		w.agent = append(w.agent, value)
	case typ == "Type":
		w.hub = append(w.hub, value)
	case typ != "":
		w.sets[typ] = append(w.sets[typ], value)
	case strings.HasPrefix(name, "Leaf"):
		w.leaves = append(w.leaves, leaf{value.(string), spec.Comment.Text()})
	default:
		for prefix, set := range map[string]string{"Trouble": "DeviceTrouble", "Finding": "FindingRule", "Why": "VerdictWhy"} {
			if strings.HasPrefix(name, prefix) {
				w.sets[set] = append(w.sets[set], value)
			}
		}
	}
}

// codes are the fields of Go type string that hold a code of a closed set.
func codes() map[string]string {
	return map[string]string{
		"Verdict.why": "VerdictWhy", "FindingOpened.rule": "FindingRule", "DeviceNow.trouble": "DeviceTrouble",
		"PaperFailed.why": "DeviceTrouble", "DeviceDown.why": "DeviceTrouble", "DeviceFault.fault": "DeviceTrouble",
	}
}

// document is the part of AsyncAPI 3.0 that is used. It is read strictly: a key that is not here is a fault.
type document struct {
	AsyncAPI           string         `yaml:"asyncapi"`
	Info               map[string]any `yaml:"info"`
	DefaultContentType string         `yaml:"defaultContentType"`
	Servers            map[string]any `yaml:"servers"`
	Channels           map[string]struct {
		Address, Description string
		Parameters, Messages map[string]schema
	}
	Operations map[string]struct {
		Action   string
		Channel  schema
		Bindings struct {
			MQTT struct {
				QoS    int
				Retain bool
			} `yaml:"mqtt"`
		}
	}
	Components struct {
		SecuritySchemes map[string]any `yaml:"securitySchemes"`
		Parameters      map[string]struct {
			Description string
			Examples    []string
		}
		Messages map[string]message
		Schemas  map[string]schema
	}
}

type message struct {
	ContentType string `yaml:"contentType"`
	MaxBytes    int    `yaml:"x-max-bytes"`
	Description string
	Payload     schema
	Examples    []struct{ Payload any }
}

type schema struct {
	Ref                     string `yaml:"$ref"`
	Description, Type       string
	Format, Pattern         string
	Enum                    []any
	Const, Minimum, Maximum any
	MinItems                int `yaml:"minItems"`
	MaxItems                int `yaml:"maxItems"`
	MaxBytes                int `yaml:"x-max-bytes"`
	Required                []string
	Properties              map[string]schema
	Items                   items
	AdditionalItems         *schema  `yaml:"additionalItems"`
	AllOf                   []schema `yaml:"allOf"`
	AnyOf                   []schema `yaml:"anyOf"`
	OneOf                   []schema `yaml:"oneOf"`
}

// extends returns what a schema says more of.
func (s schema) extends() schema {
	if len(s.AllOf) != 1 {
		return schema{}
	}
	return s.AllOf[0]
}

// items is one schema for all, or a list of one each.
type items []schema

func (i *items) UnmarshalYAML(decode func(any) error) error {
	if err := decode((*[]schema)(i)); err == nil {
		return nil
	}
	*i = make(items, 1)
	return decode(&(*i)[0])
}

const inSchemas = "#/components/schemas/"

// check collects what is not true in a document.
type check struct {
	document
	words
	seen   map[string]bool // schemas of Go types that were compared
	faults []string
}

func (c *check) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// same notes that the document says of what something else than Go does.
func (c *check) same(what string, says, goes any) {
	if fmt.Sprint(says) != fmt.Sprint(goes) {
		c.fault("%s: the document says %v, Go %v", what, says, goes)
	}
}

// faults names all that is not true in a document.
func faults(text []byte, w words) []string {
	c := &check{words: w, seen: map[string]bool{}}
	if err := yaml.UnmarshalWithOptions(text, &c.document, yaml.Strict()); err != nil {
		return []string{err.Error()}
	}
	c.references(text)
	c.types()
	c.closedSets()
	c.patterns()
	c.limits()
	c.topics()
	c.examples()
	return c.faults
}

// references looks for references to nothing, and for schemas that nothing refers to.
func (c *check) references(text []byte) {
	var whole map[string]any
	if err := yaml.Unmarshal(text, &whole); err != nil {
		c.fault("%v", err)
	}
	used := map[string]bool{"HubEvent": true} // on no topic
	for _, m := range regexp.MustCompile(`\$ref: '#/([^']*)'`).FindAllSubmatch(text, -1) {
		var at any = whole
		for part := range strings.SplitSeq(string(m[1]), "/") {
			in, _ := at.(map[string]any)
			at = in[part]
		}
		if at == nil {
			c.fault("%s: there is none", m[1])
		}
		used[strings.TrimPrefix("#/"+string(m[1]), inSchemas)] = true
	}
	for name, s := range c.Components.Schemas {
		if !used[name] {
			c.fault("%s: nothing refers to it", name)
		}
		if s.Description == "" {
			c.fault("%s: not a word about it", name)
		}
	}
}

// types compares messages and events with the Go types they are made of.
func (c *check) types() {
	s, m := c.Components.Schemas, c.Components.Messages
	if len(s["Batch"].Items) != 1 || s["Batch"].AdditionalItems == nil {
		c.fault("Batch: not a header and events")
		return
	}
	c.same("payload of batch", m["batch"].Payload.Ref, inSchemas+"Batch")
	c.same("events of a batch", s["Batch"].AdditionalItems.Ref, inSchemas+"AgentEvent")
	c.fits("header of a batch", s["Batch"].Items[0], reflect.TypeFor[Header]())
	c.stream("AgentEvent", c.agent)
	c.stream("HubEvent", c.hub)
	for name, v := range map[string]any{
		"receipt": Receipt{}, "config": Config{}, "command": Command{}, "window": WindowNow{}, "queue": QueueNow{},
	} {
		c.fits(name, m[name].Payload, reflect.TypeOf(v))
	}
	for name, online := range map[string]bool{"status": true, "lastWill": false} {
		p := m[name].Payload
		c.same(name+": online", p.Properties["online"].Const, online)
		c.fits(name, p.extends(), reflect.TypeFor[Status]())
	}
	for name, s := range s {
		if len(s.Properties) > 0 && !c.seen[name] {
			c.fault("%s: no Go type was compared with it", name)
		}
	}
}

// stream compares a table of types and bodies with what DecodeFact makes of them.
func (c *check) stream(name string, want []any) {
	s, told := c.Components.Schemas[name], []any{}
	for _, one := range s.OneOf {
		typ := fmt.Sprint(one.Properties["type"].Const)
		told = append(told, typ)
		f, err := hall.DecodeFact(hall.Type(typ), []byte(`{"level":1,"press":{"level":1}}`)) // no fact needs more
		if err != nil {
			c.fault("%s: %v", name, err)
			continue
		}
		c.fits(typ, one.Properties["body"], reflect.TypeOf(f))
	}
	c.same(name, told, want)
	c.fits(name, s.extends(), reflect.TypeFor[Event]())
}

// fits compares a schema with the Go type of what stands in its place. Types of ours have a schema of their name.
func (c *check) fits(where string, s schema, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if len(s.AnyOf) == 2 && s.AnyOf[0].Const == "" { // a code, or empty
		s = s.AnyOf[1]
	}
	name := strings.TrimPrefix(s.Ref, inSchemas)
	if s.Ref != "" {
		s = c.Components.Schemas[name]
	}
	switch set := codes()[where]; {
	case strings.HasPrefix(t.PkgPath(), "hallpulse/"):
		c.same(where, name, t.Name())
	case set != "" || len(s.Enum) > 0:
		c.same(where, name, set)
	}
	typ, format := inJSON(t)
	c.same(where, s.Type+" "+s.Format, typ+" "+format)
	switch {
	case typ == "array" && len(s.Items) != 1:
		c.fault("%s: of what?", where)
	case typ == "array":
		c.fits(where+"[]", s.Items[0], t.Elem())
	case t.Kind() == reflect.Struct && typ == "object" && !c.seen[name]:
		c.seen[name] = true
		c.fields(name, s, t)
	}
}

// inJSON returns how encoding/json writes a value of t, in the words of a schema.
func inJSON(t reflect.Type) (typ, format string) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "string", "date-time"
	case t == reflect.TypeFor[hall.Day]():
		return "string", "date"
	case t == reflect.TypeFor[json.RawMessage]():
		return "object", ""
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()), t.Kind() == reflect.String:
		return "string", ""
	case t == reflect.TypeFor[hall.Level](), t.Kind() == reflect.Int:
		return "integer", ""
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean", ""
	case reflect.Slice:
		return "array", ""
	case reflect.Struct:
		return "object", ""
	}
	return "integer", t.Kind().String() // sized
}

// fields compares the properties of an object with the fields of a struct.
func (c *check) fields(name string, s schema, t reflect.Type) {
	var all, required []string
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		key, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, key)
		if option == "" {
			required = append(required, key)
		}
		if p, ok := s.Properties[key]; ok {
			c.fits(name+"."+key, p, f.Type)
		} else {
			c.fault("%s: %s is missing", name, key)
		}
	}
	for key := range s.Properties {
		if !slices.Contains(all, key) {
			c.fault("%s: %s is no field", name, key)
		}
	}
	c.same(name+": required", s.Required, required)
}

// closedSets compares each enum with the Go constants.
func (c *check) closedSets() {
	for name, s := range c.Components.Schemas {
		if len(s.Enum) > 0 || len(c.sets[name]) > 0 {
			c.same(name, s.Enum, c.sets[name])
		}
	}
}

// patterns gives texts to each pattern and to the Go code that reads what it describes: both must judge alike.
func (c *check) patterns() {
	read := map[string]func(string) bool{
		"ID":       func(s string) bool { return new(hall.ID).UnmarshalText([]byte(s)) == nil },
		"PadUID":   func(s string) bool { return new(hall.PadUID).UnmarshalText([]byte(s)) == nil },
		"Chain":    func(s string) bool { return new(Chain).UnmarshalText([]byte(s)) == nil },
		"Epoch":    ValidEpoch,
		"Instance": ValidEpoch,
		"Window":   windowID.MatchString,
	}
	digits := strings.Repeat("0123456789abcdef", 5)
	for name, s := range c.Components.Schemas {
		if (s.Pattern != "") != (read[name] != nil) {
			c.fault("%s: a pattern that Go does not know, or none", name)
		}
		if s.Pattern == "" {
			continue
		}
		pattern, verdicts := regexp.MustCompile(s.Pattern), map[bool]int{}
		for _, text := range []string{
			"", "12", "A-9", "a/b", "+", "12345678901234567", "3-9f2c-17", "0-0000-1", "16777215-ffff-4294967295", "3-9F2C-17", "03-9f2c-17",
			"3-9f2c-017", "3-9f2-17", "3-9f2c-", "x3-9f2c-17", "3-9f2c-17x", digits[:15], digits[:16], digits[:17], "0123456789ABCDEF",
			digits[:62], digits[:63], digits[:64], digits[:65], digits[:63] + "g",
		} {
			reads := read[name](text)
			verdicts[reads]++
			if pattern.MatchString(text) != reads {
				c.fault("%s: Go reads %q: %v, the pattern says otherwise", name, text, reads)
			}
		}
		if len(verdicts) != 2 {
			c.fault("%s: the texts try one side alone", name)
		}
	}
}

// limits compares the numbers.
func (c *check) limits() {
	s, m := c.Components.Schemas, c.Components.Messages
	version, about := fmt.Sprint(c.Info["version"]), fmt.Sprint(c.Info["description"])
	c.same("AsyncAPI", c.AsyncAPI, "3.0.0")
	c.same("version of the document", strings.Split(version, ".")[0], Version)
	c.same("version in a header", s["Header"].Properties["v"].Const, Version)
	c.same("version in a config", s["Config"].Properties["v"].Const, Version)
	c.same("boxes", s["Header"].Properties["private"].Const, 0)
	c.same("least lines of a batch", s["Batch"].MinItems, 1)
	c.same("most lines of a batch", s["Batch"].MaxItems, 1+MaxBatchEvents)
	c.same("count in a header", s["Header"].Properties["count"].Maximum, MaxBatchEvents)
	c.same("first seq", s["Event"].Properties["seq"].Minimum, 1)
	c.same("unknown age", s["Press"].Properties["age_ms"].Minimum, hall.AgeUnknown)
	c.same("bytes of an event", s["Event"].MaxBytes, MaxEvent)
	c.same("bytes of queue", m["queue"].MaxBytes, MaxQueue)
	c.same("limits in words", strings.Contains(about, fmt.Sprintf(
		"an event %d KiB, a batch %d events and %d KiB, a queue %d KiB", MaxEvent>>10, MaxBatchEvents, MaxBatch>>10, MaxQueue>>10)), true)
	for _, name := range []string{"batch", "receipt", "config", "command"} {
		c.same("bytes of "+name, m[name].MaxBytes, MaxBatch)
	}
	for name, valid := range map[string]*regexp.Regexp{"agent": agentName, "window": windowID} {
		if p := c.Components.Parameters[name]; !strings.Contains(p.Description, strings.Trim(valid.String(), "^$")) ||
			len(p.Examples) != 1 || !valid.MatchString(p.Examples[0]) {
			c.fault("parameter %s: Go wants %v", name, valid)
		}
	}
}

// topics compares addresses, directions and retained messages with the Leaf… constants.
func (c *check) topics() {
	if len(c.leaves) != 7 || len(c.Channels) != len(c.leaves) || len(c.Operations) != len(c.leaves) {
		c.fault("%d topics, %d channels, %d operations", len(c.leaves), len(c.Channels), len(c.Operations))
	}
	operation := map[string]string{}
	for name, o := range c.Operations {
		operation[strings.TrimPrefix(o.Channel.Ref, "#/channels/")] = name
	}
	for _, l := range c.leaves {
		name, isWindow := strings.CutSuffix(l.value, "/")
		if isWindow {
			l.value += "{window}"
		}
		ch, o := c.Channels[name], c.Operations[operation[name]]
		c.same("address of "+name, ch.Address, Topic("{agent}", l.value))
		action, retained := "receive", strings.Contains(l.says, "retained")
		if strings.Contains(l.says, "agent → hub") {
			action = "send"
		}
		c.same("action of "+name, o.Action, action)
		c.same("QoS of "+name, o.Bindings.MQTT.QoS, 1)
		c.same("retained "+name, strings.HasPrefix(ch.Description, "Retained."), retained)
		c.same("retain of "+name, o.Bindings.MQTT.Retain, retained && action == "send") // the binding is of who sends
		if _, ok := ch.Messages[name]; !ok && name != "events" {
			c.fault("%s: its message is missing", name)
		}
	}
}

// examples reads each example as the program would, and writes it again.
func (c *check) examples() {
	values := map[string]any{}
	for name, read := range map[string]func([]byte) (any, error){
		"batch": readLines, "receipt": func(b []byte) (any, error) { return ParseReceipt(b) },
		"config": readOne[Config], "command": readOne[Command],
		"status": readOne[Status], "lastWill": readOne[Status], "window": readOne[WindowNow], "queue": readOne[QueueNow],
	} {
		m, ok := c.Components.Messages[name]
		if !ok || len(m.Examples) != 1 {
			c.fault("%s: no message, or not one example", name)
			continue
		}
		payload, unwritten := json.Marshal(m.Examples[0].Payload)
		v, unread := read(payload)
		if will, ok := v.(Status); ok && name == "lastWill" {
			v = Status{Session: will.Session}
		}
		again, _ := json.Marshal(v)
		var says, goes any
		if err := errors.Join(unwritten, unread, json.Unmarshal(payload, &says), json.Unmarshal(again, &goes)); err != nil {
			c.fault("example of %s: %v", name, err)
		}
		values[name] = v
		c.same("example of "+name, says, goes)
	}
	c.same("time of a last will", c.Components.Messages["lastWill"].Payload.Properties["at"].Const, time.Time{}.Format(time.RFC3339))
	if lines, _ := values["batch"].([]any); len(lines) == 2 {
		head, event := lines[0].(Header), lines[1].(Event)
		b, _ := event.Encode()
		receipt, _ := values["receipt"].(Receipt)
		c.same("prev in the example", head.Prev, ChainStart("hall-1", head.Epoch))
		c.same("chain in the example", receipt.Chain, head.Prev.Next(b))
	}
}

func readOne[T Status | WindowNow | QueueNow | Config | Command](b []byte) (any, error) {
	return Decode[T](b)
}

// readLines reads a batch that is given as the array of its lines: a Header, then each Event.
func readLines(payload []byte) (any, error) {
	var lines []json.RawMessage
	if err := json.Unmarshal(payload, &lines); err != nil {
		return nil, err
	}
	var wire []byte
	for _, l := range lines {
		wire = append(append(wire, l...), '\n')
	}
	b, err := ParseBatch(wire)
	if err != nil {
		return nil, err
	}
	read := []any{b.Header}
	for _, raw := range b.Events {
		e, noEvent := DecodeEvent(raw)
		f, noFact := hall.DecodeFact(e.Type, e.Body)
		if err := errors.Join(noEvent, noFact); err != nil {
			return nil, err
		}
		e.Body, err = json.Marshal(f) // its keys in order
		read = append(read, e)
	}
	return read, err
}

func TestPlantedUntruthsAreSeen(t *testing.T) {
	text, words := string(published(t)), declared(t)
	for _, c := range []struct{ what, old, planted, fault string }{
		{"a key that no schema has", "minItems: 1", "minimumItems: 1", "minimumItems"},
		{"a type that is missing", "        - properties: {type: {const: staff.off}, body: {$ref: '#/components/schemas/StaffOff'}}\n", "", "AgentEvent"},
		{"a type that nobody tells", "const: agent.gap}", "const: agent.hole}", "agent.hole"},
		{"a type in the wrong stream", "const: rating.drafted}, body: {$ref: '#/components/schemas/RatingDrafted'", "const: staff.on}, body: {$ref: '#/components/schemas/StaffOn'", "HubEvent"},
		{"another fact's body", "schemas/WindowPaused'}}", "schemas/WindowClosed'}}", "window.paused"},
		{"a field that is missing", "        calls: {type: integer, description: All calls so far.}\n", "", "TicketRecalled"},
		{"a field that is not there", "        withheld: {", "        hidden: {", "RatingGiven"},
		{"needed, and can be absent", "required: [visit, staff, outcome]", "required: [visit, staff, outcome, rated]", "VisitFinished"},
		{"never absent, and not needed", "required: [instance, conn, online, at]", "required: [instance, conn, online]", "Status"},
		{"a narrower number", "count: {type: integer, format: uint32", "count: {type: integer, format: uint16", "DeviceFault.count"},
		{"a time without its form", "until: {type: string, format: date-time", "until: {type: string", "RatingInvited.until"},
		{"many of nobody knows what", "reasons: {type: array, items: {type: string},", "reasons: {type: array,", "RatingGiven.reasons"},
		{"another word", "channel: {$ref: '#/components/schemas/Channel'}", "channel: {$ref: '#/components/schemas/Outcome'}", "RatingGiven.channel"},
		{"a closed set left open", "rule: {$ref: '#/components/schemas/FindingRule'}", "rule: {type: string}", "FindingOpened.rule"},
		{"a closed set where there is none", "window: {$ref: '#/components/schemas/Window'}, staff", "window: {$ref: '#/components/schemas/Outcome'}, staff", "WindowOpened.window"},
		{"a code that is missing", "        - torn # the store could not be read and was set aside\n", "", "EpochCause"},
		{"a code that is not there", "        - sms # 短信\n", "        - sms # 短信\n        - fax\n", "Channel"},
		{"a code misspelt", "        - paper-out ", "        - paper_out ", "DeviceTrouble"},
		{"an id with leading zeros", "(0|[1-9][0-9]{0,7})-", "[0-9]{1,8}-", "ID"},
		{"a digit less", "pattern: '^[0-9a-f]{64}$'", "pattern: '^[0-9a-f]{63}$'", "Chain"},
		{"a larger batch", "maxItems: 101", "maxItems: 102", "lines of a batch"},
		{"a larger event", "x-max-bytes: 16384", "x-max-bytes: 16385", "bytes of an event"},
		{"a larger queue", "x-max-bytes: 65536", "x-max-bytes: 65537", "bytes of queue"},
		{"another version", "v: {type: integer, const: 1,", "v: {type: integer, const: 2,", "version"},
		{"the wrong direction", "sendQueue: {action: send", "sendQueue: {action: receive", "action of queue"},
		{"not retained", "channel: {$ref: '#/channels/window'}, bindings: {mqtt: {qos: 1, retain: true", "channel: {$ref: '#/channels/window'}, bindings: {mqtt: {qos: 1, retain: false", "retain of window"},
		{"a reference to nothing", "messages: {queue: {$ref: '#/components/messages/queue'}}", "messages: {queue: {$ref: '#/components/messages/line'}}", "messages/line"},
		{"a schema that nothing needs", "    Badge: {", "    Cap: {type: string, description: x}\n    Badge: {", "Cap"},
		{"an example with a field too many", "p50_min: 4, p90_min: 9", "p50_min: 4, p90: 9", "example of queue"},
		{"a chain that does not follow", "chain: a228c58d", "chain: a228c58e", "chain in the example"},
		{"a living last will", "{online: {const: false}", "{online: {const: true}", "lastWill: online"},
		{"a last will that says more", "online: false, at: '0001-01-01T00:00:00Z'}", "online: false, at: '0001-01-01T00:00:00Z', hall: x}", "example of lastWill"},
	} {
		if !strings.Contains(text, c.old) {
			t.Errorf("%s: %q is not in the document", c.what, c.old)
			continue
		}
		found := faults([]byte(strings.Replace(text, c.old, c.planted, 1)), words)
		if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, c.fault) }) {
			t.Errorf("%s is not seen; seen: %q", c.what, found)
		}
	}
}
