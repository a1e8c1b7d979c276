package uplink

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
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

func TestPlantedUntruthsAreSeen(t *testing.T) {
	text, words := string(published(t)), declared(t)
	for _, c := range []struct{ what, old, planted, fault string }{
		{"a word that no schema has", "minItems: 1", "minimumItems: 1", "minimumItems"},
		{"a type is missing", "        - properties: {type: {const: staff.off}, body: {$ref: '#/components/schemas/StaffOff'}}\n", "", "AgentEvent"},
		{"a type that nobody tells", "const: agent.gap}", "const: agent.hole}", "agent.hole"},
		{"a type in the wrong stream", "      oneOf:\n        - properties: {type: {const: rating.given}", "      oneOf:\n        - properties: {type: {const: staff.on}", "HubEvent"},
		{"another fact's body", "schemas/WindowPaused'}}", "schemas/WindowClosed'}}", "window.paused"},
		{"a property is missing", "        calls: {type: integer, description: All calls so far.}\n", "", "TicketRecalled"},
		{"a property that is not there", "        age_ms: {", "        age: {", "Press"},
		{"a field that can be absent is required", "required: [visit, staff, outcome]", "required: [visit, staff, outcome, rated]", "VisitFinished"},
		{"a field that is never absent is not required", "required: [instance, conn, online, at]", "required: [instance, conn, online]", "Status"},
		{"text for a number", "ahead: {type: integer", "ahead: {type: string", "TicketIssued.ahead"},
		{"a narrower number", "count: {type: integer, format: uint32", "count: {type: integer, format: uint16", "DeviceFault.count"},
		{"a time without its form", "until: {type: string, format: date-time", "until: {type: string", "RatingInvited.until"},
		{"one for many", "seqs: {type: array, items: {type: integer, format: uint32}", "seqs: {type: integer, format: uint32", "FindingOpened.seqs"},
		{"many of another kind", "reasons: {type: array, items: {type: string}", "reasons: {type: array, items: {type: integer}", "RatingGiven.reasons"},
		{"another word's schema", "channel: {$ref: '#/components/schemas/Channel'}", "channel: {$ref: '#/components/schemas/Outcome'}", "RatingGiven.channel"},
		{"a closed set left open", "rule: {$ref: '#/components/schemas/FindingRule'}", "rule: {type: string}", "FindingOpened.rule"},
		{"another closed set", "window: {$ref: '#/components/schemas/Window'}, staff", "window: {$ref: '#/components/schemas/DeviceKind'}, staff", "WindowOpened.window"},
		{"a code is missing", "        - torn # the store could not be read and was set aside\n", "", "EpochCause"},
		{"a code that is not there", "        - sms # 短信\n", "        - sms # 短信\n        - fax\n", "Channel"},
		{"a level too many", "        - 5 # 非常满意\n", "        - 5 # 非常满意\n        - 6\n", "Level"},
		{"a trouble misspelt", "        - paper-out ", "        - paper_out ", "DeviceTrouble"},
		{"a kind of device", "enum: [pad, printer]", "enum: [pad, printer, scanner]", "DeviceKind"},
		{"a pattern that is too wide", "    ID:\n", "    ID:\n      minimum: 0\n", ""},
		{"an id with leading zeros", "(0|[1-9][0-9]{0,7})-", "[0-9]{1,8}-", "ID"},
		{"a digit less", "      pattern: '^[0-9a-f]{64}$'", "      pattern: '^[0-9a-f]{63}$'", "Chain"},
		{"a larger batch", "maxItems: 101", "maxItems: 102", "events of a batch"},
		{"a larger event", "x-max-bytes: 16384", "x-max-bytes: 16385", "bytes of an event"},
		{"a larger queue", "x-max-bytes: 65536", "x-max-bytes: 65537", "bytes of queue"},
		{"another version", "v: {type: integer, const: 1,", "v: {type: integer, const: 2,", "version"},
		{"the wrong direction", "sendQueue: {action: send", "sendQueue: {action: receive", "queue"},
		{"not retained", "channel: {$ref: '#/channels/window'}, bindings: {mqtt: {qos: 1, retain: true}}", "channel: {$ref: '#/channels/window'}, bindings: {mqtt: {qos: 1, retain: false}}", "window"},
		{"another topic", "address: hall/v1/{agent}/window/{window}", "address: hall/v1/{agent}/windows/{window}", "window"},
		{"another payload", "payload: {$ref: '#/components/schemas/QueueNow'}", "payload: {$ref: '#/components/schemas/WindowNow'}", "queue"},
		{"a reference to nothing", "messages: {queue: {$ref: '#/components/messages/queue'}}", "messages: {queue: {$ref: '#/components/messages/line'}}", "messages/line"},
		{"a schema that nobody needs", "    Badge: {", "    Cap: {type: string, description: x}\n    Badge: {", "Cap"},
		{"a schema without a word", "      description: Service began.\n", "", "VisitServed"},
		{"an example with a field too many", "p50_min: 4, p90_min: 9", "p50_min: 4, p90: 9", "example of queue"},
		{"an example outside a set", "kind: refused, why: missing", "kind: refused, why: later", "example of receipt"},
		{"a chain that does not follow", "chain: a228c58d", "chain: a228c58e", "chain"},
		{"a last will that says more", "online: false, at: '0001-01-01T00:00:00Z'}", "online: false, at: '0001-01-01T00:00:00Z', hall: x}", "lastWill"},
	} {
		if c.fault == "" {
			continue
		}
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
