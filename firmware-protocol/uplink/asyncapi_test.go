package uplink

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

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
	for _, name := range []string{"../hall/fact.go", "../hall/fact_agent.go", "../hall/level.go", "../hall/day.go", "../hall/window.go", "../hall/queue.go", "../hall/command.go", "../hall/case.go", "../hall/catalogue_why.go", "../hall/move.go", "../hall/closing.go", "receipt.go", "topic.go"} {
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
	ContentEncoding         string `yaml:"contentEncoding"`
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
		{"a closed set left open", "rule: {$ref: '#/components/schemas/Rule'}", "rule: {type: string}", "FindingOpened.rule"},
		{"a reason left open", "why: {$ref: '#/components/schemas/RefusedWhy'}", "why: {type: string}", "CommandRefused.why"},
		{"a kind left open", "kind: {$ref: '#/components/schemas/DeviceKind'}\n        trouble", "kind: {type: string}\n        trouble", "DeviceNow.kind"},
		{"a kind that is missing", "        - printer # 取号打印机\n", "", "DeviceKind"},
		{"a reason that is not there", "        - expired # it came too late\n", "        - expired # it came too late\n        - busy\n", "RefusedWhy"},
		{"a closed set where there is none", "window: {$ref: '#/components/schemas/Window'}, staff", "window: {$ref: '#/components/schemas/Outcome'}, staff", "WindowOpened.window"},
		{"a code that is missing", "        - torn # the store could not be read and was set aside\n", "", "EpochCause"},
		{"a code that is not there", "        - sms # 短信\n", "        - sms # 短信\n        - fax\n", "Channel"},
		{"a code misspelt", "        - paper-out ", "        - paper_out ", "Trouble: the document"},
		{"an id with leading zeros", "(0|[1-9][0-9]{0,7})-", "[0-9]{1,8}-", "ID"},
		{"a digit less", "pattern: '^[0-9a-f]{64}$'", "pattern: '^[0-9a-f]{63}$'", "Chain"},
		{"a larger batch", "maxItems: 201", "maxItems: 202", "lines of a batch"},
		{"a larger box", "x-max-bytes: 8192", "x-max-bytes: 8193", "bytes of a box"},
		{"what a box has not", "        sealed: {type: string, contentEncoding", "        text: {type: string, contentEncoding", "Box"},
		{"a part of every step that is missing", "required: [case, window, staff, road]", "required: [window, staff, road]", "CaseDelivered"},
		{"a reason nobody gives", "        - changed # 情况变了\n", "", "AgainWhy"},
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
