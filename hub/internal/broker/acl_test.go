package broker

import (
	"fmt"
	"strings"
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// TestAccessTable walks the table of design §3 cell by cell through a real client. In each row: p may be published,
// s subscribed, w left as a last will.
func TestAccessTable(t *testing.T) {
	o := open(t, nil)
	for _, row := range []struct{ topic, may string }{
		{"hall/v1/one/events", "p"},
		{"hall/v1/one/status", "p w"},
		{"hall/v1/one/queue", "p"},
		{"hall/v1/one/window/12", "p"},
		{"hall/v1/one/receipt", "s"},
		{"hall/v1/one/config", "s"},
		{"hall/v1/one/command", "s"},

		{"hall/v1/two/events", ""},
		{"hall/v1/two/status", ""},
		{"hall/v1/two/queue", ""},
		{"hall/v1/two/window/12", ""},
		{"hall/v1/two/receipt", ""},
		{"hall/v1/two/config", ""},
		{"hall/v1/two/command", ""},

		{"hall/v1/one", ""},
		{"hall/v1/one/", ""},
		{"hall/v1/one/other", ""},
		{"hall/v1/one/events/more", ""},
		{"hall/v1/one/window", ""},
		{"hall/v1/one/window/", ""},
		{"hall/v1/one/window/12/more", ""},
		{"/hall/v1/one/events", ""},
		{"hall/v2/one/events", ""},
		{"hall/v1/ONE/events", ""},
		{"hall/v1//events", ""},
		{"other", ""},

		{"#", ""},
		{"+/+/+/+", ""},
		{"hall/#", ""},
		{"hall/v1/#", ""},
		{"hall/v1/one/#", ""},
		{"hall/v1/one/+", ""},
		{"hall/v1/+/events", ""},
		{"hall/v1/+/receipt", ""},
		{"hall/v1/one/window/+", ""},
		{"$share/hub/hall/v1/+/events", ""},
		{"$share/hub/hall/v1/one/receipt", ""},
		{"$SYS/#", ""},
		{"$SYS/broker/version", ""},
		{"$sys/broker/version", ""},
	} {
		for _, c := range []struct {
			cell string
			try  func(*testing.T, *office, string, bool)
		}{
			{"p publish qos 0", func(t *testing.T, o *office, topic string, may bool) { tryPublish(t, o, topic, 0, false, "x", may) }},
			{"p publish qos 1", func(t *testing.T, o *office, topic string, may bool) { tryPublish(t, o, topic, 1, false, "x", may) }},
			{"p publish retained", func(t *testing.T, o *office, topic string, may bool) { tryPublish(t, o, topic, 1, true, "x", may) }},
			{"p clear retained", func(t *testing.T, o *office, topic string, may bool) { tryPublish(t, o, topic, 1, true, "", may) }},
			{"- publish qos 2", func(t *testing.T, o *office, topic string, may bool) { tryPublish(t, o, topic, 2, false, "x", may) }},
			{"s subscribe", trySubscribe},
			{"w will", tryWill},
		} {
			t.Run(fmt.Sprintf("%s/%s", strings.ReplaceAll(row.topic, "/", ":"), c.cell[2:]), func(t *testing.T) {
				c.try(t, o, row.topic, strings.Contains(row.may, c.cell[:1]))
			})
		}
	}
	if n := len(o.server.Topics.Messages("hall/#")); n > 0 {
		t.Errorf("the broker retained %d messages of agents", n)
	}
}

func tryPublish(t *testing.T, o *office, topic string, qos byte, retained bool, payload string, may bool) {
	a := o.connect(t, "one", nil)
	a.Publish(topic, qos, retained, payload)
	if !may {
		a.cutOff(t)
		if len(o.ears) > 0 {
			t.Fatalf("reached the hub: %v", <-o.ears)
		}
		return
	}
	if m := o.ears.hear(t); "hall/v1/"+m.agent+"/"+m.leaf != topic || m.payload != payload {
		t.Fatalf("the hub heard %v", m)
	}
}

func trySubscribe(t *testing.T, o *office, topic string, may bool) {
	a := o.connect(t, "one", nil)
	tok := a.Subscribe(topic, 1, nil)
	if !tok.WaitTimeout(patience) {
		t.Fatal("no answer")
	}
	granted := tok.Error() == nil
	for _, code := range tok.(*paho.SubscribeToken).Result() { // its key is the topic without $share
		granted = granted && code != 128
	}
	if granted != may {
		t.Fatalf("granted %v: %v %v", granted, tok.Error(), tok.(*paho.SubscribeToken).Result())
	}
	if !a.IsConnectionOpen() {
		t.Fatal("a refused subscription ended the connection")
	}
}

func tryWill(t *testing.T, o *office, topic string, may bool) {
	a, err := o.dial(t, "one", func(c *paho.ClientOptions) { c.SetWill(topic, "last words", 1, true) })
	if !may {
		if err == nil {
			t.Fatal("the will was taken")
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	a.raw.Close()
	if m := o.ears.hear(t); "hall/v1/"+m.agent+"/"+m.leaf != topic || m.payload != "last words" {
		t.Fatalf("the hub heard %v", m)
	}
}
