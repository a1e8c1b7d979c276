package hub

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Domain §6, design §2: what was entered of a person goes with a ticket to another agent. The hub carries it beside the event,
// cannot open it, and has nothing of it any more once it was erased.
func TestTheHubCarriesWhatItCannotOpen(t *testing.T) {
	o := newOffice(t)
	city, second := o.agents["city"], o.play(t, "second", instance)
	atSecond := hears(t, second)
	key := second.Key().SigningKey()
	to, ok := uplink.Fellow{Keys: []string{base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}}.BoxKey()
	if !ok {
		t.Fatal("the other agent has no key")
	}
	ticket, ref := city.id(700), city.id(701)
	want := uplink.Text{Name: "王小明", Phone: "13800001234", Words: "流程图要盖章"}
	box, named, err := uplink.SealBrought(to, ref.String(), want)
	if err != nil {
		t.Fatal(err)
	}
	day := hall.DayOf(time.Now())
	signed, err := uplink.SignMove(city.Key().SigningKey(), hall.Move{
		Ticket: ticket, Hop: 1, From: "city", To: "second", At: time.Now(), Number: "A017", Day: day, Issued: time.Now(), Letter: "B", Private: named,
	})
	if err != nil {
		t.Fatal(err)
	}
	told := uint64(len(city.events))
	city.boxes = append(city.boxes, box)
	city.tell(t, hall.TicketIssued{Ticket: ticket, Number: "A017", Letter: "A", Day: day},
		hall.TicketTransferred{Ticket: ticket, From: "12", Letter: "B", Clerk: "0017", Agent: "second", Hop: 1, Move: signed, Private: named})
	city.send(t, told+1)
	second.appear(t, 0)
	c := next(t, atSecond)
	if got, err := uplink.OpenBrought(named, []byte(c.Body.Box), key); c.Kind != hall.CommandAdmit || c.Body.Move != signed || err != nil || got != want {
		t.Fatalf("%+v: %v", c, err)
	}
	kept, err := o.store.Box(t.Context(), ref.String())
	if err != nil || bytes.Contains(kept.Sealed, box[20:60]) {
		t.Errorf("it is not kept as private texts are: %v", err)
	}
	if n, err := PrivateErase(t.Context(), o.Config, Whose{Ref: ref.String()}); err != nil || n != 1 {
		t.Fatalf("%d were erased, %v", n, err)
	}
	waitFor(t, "the ticket without its box", func() bool {
		time.Sleep(100 * time.Millisecond)
		for len(atSecond) > 0 {
			<-atSecond
		}
		second.appear(t, 0)
		c := next(t, atSecond)
		return c.Kind == hall.CommandAdmit && c.Body.Move == signed && c.Body.Box == ""
	})
	if report := clean(t, o.Config); strings.Contains(report, "box-lost") {
		t.Errorf("%s", report)
	}
	err = filepath.WalkDir(o.Data, func(path string, at os.DirEntry, err error) error {
		if err != nil || !at.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(want.Name)) || bytes.Contains(data, []byte(want.Phone)) || bytes.Contains(data, box[20:60]) {
			t.Errorf("it lies in %s", at.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
