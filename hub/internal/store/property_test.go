package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
)

// facts are the derived tables without what depends on the road alone: places, pos, arrival, and whether a repair was opened,
// which is at once (domain §4), before the answer that replaces a bad one may have come.
var facts = map[string]string{
	"epochs":       "agent_id, epoch, last, chain, began_ms, when_ms, closed, ended",
	"tickets":      "*",
	"visits":       "id, agent_id, ticket, window_id, staff, unit, item, opened_ms, served_ms, ended_ms, began, outcome, by_next, invited, level, channel, rated_ms, integrity, replaced, follow_ups, reason_missing, due_day, due_provisional, default_level, excluded, place_start, place_up_ms, is_case, by_cases",
	"answers":      "when_ms, kind, standing, ticket, told, visit, window_id, level, channel, why, uid, boot, press, age_ms, form, reasons, lapsed",
	"cases":        "*",
	"notices":      "*",
	"outages":      "*",
	"windows":      "agent_id, window_id, state, since_ms, ticket, visit, staff",
	"devices":      "agent_id, device, kind, window_id, uid, up, trouble",
	"agent_states": "agent_id, hall, version, instance, started_ms",
	"tallies":      ownSums(", "), // of repairs the owner is chosen once, by what was known then
}

const ownKey = "agent_id, window_id, staff, unit, item, channel, leaves, day, "

// ownSums names the sums of visits, without those of repairs, after the columns of their key.
func ownSums(between string) string {
	own := slices.DeleteFunc(figures.Columns(), func(c string) bool { return strings.HasPrefix(c, "repairs_") })
	return ownKey + strings.Join(own, between)
}

func (h *hub) facts() []string {
	h.t.Helper()
	var out []string
	for table, columns := range facts {
		where := ""
		if table == "tallies" {
			where = " WHERE " + ownSums(" + ")[len(ownKey):] + " <> 0"
		}
		if table == "epochs" {
			where = " WHERE agent_id <> 0" // what the hub says of the road is its own
		}
		for _, row := range h.Store.Rows(h.t, "SELECT "+columns+" FROM "+table+where) {
			out = append(out, table+": "+row)
		}
	}
	slices.Sort(out)
	return out
}

// history is all that some agents and citizens said.
type history struct {
	agents []*agent
	epochs map[string][]string // of each agent, oldest first
	forms  []form
}

type form struct {
	at    time.Time
	given hall.RatingGiven
}

// newHistory makes a history with new epochs, forks whose events are told again, and phones.
func newHistory(rng *rand.Rand) *history {
	hist := &history{epochs: map[string][]string{}}
	for n := range 3 {
		a := newAgent(uint32(n+1), fmt.Sprintf("hall-%d", n+1))
		a.started(nil, hall.EpochFirst)
		for epoch := 2; ; epoch++ {
			a.tell(hall.WindowOpened{Window: "1", Staff: "1024"})
			a.tell(hall.DeviceUp{Device: "pad-1", Kind: "pad", Window: "1", UID: a.pad()})
			a.day(rng, 5+rng.IntN(20))
			hist.phones(rng, a)
			hist.epochs[a.Name] = append(hist.epochs[a.Name], a.epoch)
			if epoch > 1+rng.IntN(4) {
				break
			}
			if rng.IntN(2) == 0 {
				a.retell(epoch, uint64(rng.IntN(len(a.told))))
			} else {
				last := uint64(len(a.told))
				before := a.begin(epoch)
				a.tag++
				a.started(&hall.EpochEnd{Epoch: before, Last: last}, hall.EpochFork)
			}
		}
		hist.agents = append(hist.agents, a)
	}
	hist.moved(rng, hist.agents[0], hist.agents[2])
	return hist
}

// moved carries the pad of one counter to another before it heard that its presses were kept: they are told twice.
func (hist *history) moved(rng *rand.Rand, from, to *agent) {
	for _, e := range from.told {
		f, err := hall.DecodeFact(e.Type, e.Body)
		if err != nil || rng.IntN(3) > 0 {
			continue
		}
		var p hall.Press
		switch f := f.(type) {
		case hall.RatingGiven:
			p = *f.Press
		case hall.RatingRepeat:
			p = f.Press
		case hall.RatingUnbound:
			p = f.Press
		default:
			continue
		}
		to.now = from.now
		p.AgeMS += to.now.Add(time.Second).Sub(e.At).Milliseconds()
		to.tell(hall.RatingUnbound{Window: "9", Why: hall.UnboundMoved, Press: p})
	}
}

// phones lets some holders of tickets answer.
func (hist *history) phones(rng *rand.Rand, a *agent) {
	for serial := uint32(1); serial <= a.serial; serial += 1 + uint32(rng.IntN(9)) {
		id := fmt.Sprintf("form-%s-%s-%d", a.Name, a.epoch, serial)
		hist.forms = append(hist.forms, form{a.now.Add(time.Duration(serial) * time.Millisecond), phone(hall.ID{Agent: a.Number, Tag: a.tag, Serial: serial}, id, hall.Level(1+rng.IntN(5)))})
	}
}

// inOrder delivers everything once.
func (hist *history) inOrder(h *hub) {
	for _, a := range hist.agents {
		for _, epoch := range hist.epochs[a.Name] {
			h.sendAll(a, epoch)
		}
	}
	for _, f := range hist.forms {
		h.now = f.at
		h.record(f.given)
	}
}

// anyhow delivers everything in some order, some of it often, some of it too early.
func (hist *history) anyhow(h *hub, rng *rand.Rand) {
	type road struct {
		a     *agent
		epoch string
		known uint64
	}
	var roads []*road
	for _, a := range hist.agents {
		for _, epoch := range hist.epochs[a.Name] {
			roads = append(roads, &road{a: a, epoch: epoch})
		}
	}
	forms := slices.Clone(hist.forms)
	for len(roads)+len(forms) > 0 {
		if len(forms) > 0 && rng.IntN(4) == 0 {
			n := rng.IntN(len(forms))
			h.now = forms[n].at
			h.record(forms[n].given)
			if rng.IntN(3) > 0 {
				forms = slices.Delete(forms, n, n+1) // else it is sent again
			}
			continue
		}
		if len(roads) == 0 {
			continue
		}
		n := rng.IntN(len(roads))
		r := roads[n]
		all := uint64(len(r.a.events[r.epoch]))
		first := r.known + 1
		switch rng.IntN(5) {
		case 0:
			first -= min(r.known, uint64(rng.IntN(30))) // a repeat
		case 1:
			first = min(all, first+uint64(rng.IntN(30))) // too early
		}
		got := h.send(r.a, r.a.batch(r.epoch, first, 1+rng.IntN(uplink.MaxBatchEvents)))
		if got.Fork {
			h.t.Fatalf("%s: fork after %d", r.a.Name, got.Through)
		}
		if got.Need == 0 {
			r.known = max(r.known, got.Through)
		}
		if r.known == all {
			roads = slices.Delete(roads, n, n+1)
		}
	}
}

// Whatever the order, however often: what follows from a history is one and the same.
func TestAnyOrderOfDeliveryGivesOneResult(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 42))
			newHistory(rng).isOne(t, rng, (*hub).facts)
		})
	}
}

// isOne delivers a history in its order and anyhow, to hubs that know the calendar of these years, and wants the same rows of
// both.
func (hist *history) isOne(t *testing.T, rng *rand.Rand, rows func(*hub) []string, years ...string) {
	t.Helper()
	straight, mixed := newHub(t, dataDir(t), hist.agents...), newHub(t, dataDir(t), hist.agents...)
	defer straight.close()
	defer mixed.close()
	straight.publish(years...)
	mixed.publish(years...)
	hist.inOrder(straight)
	hist.anyhow(mixed, rng)
	if diff := difference(rows(straight), rows(mixed)); diff != "" {
		t.Errorf("delivered anyhow it differs:\n%s", diff)
	}
	straight.check()
	mixed.check()
}

// difference lists lines of one that are not in the other.
func difference(want, got []string) string {
	var b strings.Builder
	list := func(mark string, from, in []string) {
		shown := 0
		for _, l := range from {
			if _, ok := slices.BinarySearch(in, l); !ok && shown < 12 {
				fmt.Fprintln(&b, mark, l)
				shown++
			}
		}
	}
	list("-", want, got)
	list("+", got, want)
	return b.String()
}
