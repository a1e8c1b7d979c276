package uplink

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"hallpulse/firmware-protocol/hall"
)

// The comparisons that faults makes, in its order.

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
	if after := s["Batch"].AdditionalItems.AnyOf; len(after) == 2 {
		c.same("events of a batch", after[0].Ref, inSchemas+"AgentEvent")
		c.fits("boxes of a batch", after[1], reflect.TypeFor[Box]())
	} else {
		c.fault("Batch: not events and boxes")
	}
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
	switch {
	case strings.HasPrefix(t.PkgPath(), "hallpulse/"):
		c.same(where, name, t.Name())
	case len(s.Enum) > 0:
		c.same(where, name, "a plain value")
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
	case t == reflect.TypeFor[[]byte]():
		return "string", "" // in base64
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
		if key == "-" {
			continue // not in its JSON
		}
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
	c.same("least boxes", s["Header"].Properties["private"].Minimum, 0)
	c.same("most boxes", s["Header"].Properties["private"].Maximum, MaxBatchBoxes)
	c.same("bytes of a box", s["Box"].MaxBytes, MaxBox)
	c.same("least lines of a batch", s["Batch"].MinItems, 1)
	c.same("most lines of a batch", s["Batch"].MaxItems, 1+MaxBatchEvents+MaxBatchBoxes)
	c.same("count in a header", s["Header"].Properties["count"].Maximum, MaxBatchEvents)
	c.same("first seq", s["Event"].Properties["seq"].Minimum, 1)
	c.same("unknown age", s["Press"].Properties["age_ms"].Minimum, hall.AgeUnknown)
	c.same("bytes of an event", s["Event"].MaxBytes, MaxEvent)
	c.same("bytes of queue", m["queue"].MaxBytes, MaxQueue)
	c.same("limits in words", strings.Contains(about, fmt.Sprintf(
		"an event %d KiB, a batch %d events and %d KiB, a queue %d KiB, a box %d KiB",
		MaxEvent>>10, MaxBatchEvents, MaxBatch>>10, MaxQueue>>10, MaxBox>>10)), true)
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
