package store_test

import (
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// post is a window and who sits at it.
type post struct{ window, badge, standIn, clerk string } // clerk: the unit of both

// itemUnit is the unit that owns an item.
func itemUnit(item string) string {
	return map[string]string{"id-card": "police", "invoice": "tax", "deed": "land"}[item]
}

// siteOf is the catalogue of a hall of these posts. The last window of each counter serves for all units 综合窗口.
func siteOf(id string, place []string, posts []post) *hall.Catalogue {
	c := &hall.Catalogue{Hall: hall.Site{ID: id, Name: id, Place: place}}
	for _, item := range []string{"id-card", "invoice", "deed"} {
		c.Items = append(c.Items, hall.ServiceItem{Code: item, Unit: itemUnit(item)})
	}
	for _, p := range posts {
		c.Windows = append(c.Windows, hall.Window{ID: p.window, Unit: p.clerk})
		c.Staff = append(c.Staff, hall.Staff{Badge: p.badge, Unit: p.clerk}, hall.Staff{Badge: p.standIn, Unit: p.clerk})
	}
	return c
}

// counter is an agent at work, and what the books will hear when the hub does.
type counter struct {
	*agent
	hall     string
	place    []string
	posts    []post
	roads    []*road // its epochs
	online   bool
	gone     bool                       // for good
	stuck    bool                       // its status gets through, its batches do not
	said     []uplink.Head              // in the status that the hub heard last
	saidAt   time.Time                  // and when
	slowness func(time.Time) hall.Clock // of its clock; nil: synced
}

// road is an epoch on its way to the hub.
type road struct {
	epoch string
	sent  int
	cuts  []int // where a batch may end: between two visits, so that the books need not know how batches were cut
	held  bool  // the disk that it lies on is not there
	hears []hears
}

// hears is what the books hear once the hub has the event of a seq.
type hears struct {
	seq int
	do  func()
}

func newCounter(number uint32, name, at string, place []string, windows int) *counter {
	c := &counter{agent: newAgent(number, name), hall: at, place: place, online: true}
	units := []string{"police", "tax", "land"}
	for w := range windows {
		clerk := units[w%3]
		if w == windows-1 {
			clerk = "service"
		}
		id := fmt.Sprint(int(number)*10 + w)
		c.posts = append(c.posts, post{id, "b" + id, "s" + id, clerk})
	}
	c.now = firstDay.Start().Add(8 * time.Hour)
	c.booted, c.clock.Since = c.now, c.now
	c.roads = []*road{{epoch: c.epoch}}
	c.begins(nil, hall.EpochFirst)
	return c
}

func (c *counter) begins(before *hall.EpochEnd, why hall.EpochCause) {
	c.tell(hall.AgentStarted{Version: "1", Instance: c.instance, Hall: c.hall, Tag: c.tag, Before: before, Reason: why})
	c.cut()
}

func (c *counter) road() *road { return c.roads[len(c.roads)-1] }

// cut lets a batch end here.
func (c *counter) cut() { r := c.road(); r.cuts = append(r.cuts, len(c.events[r.epoch])) }

// heard is called when the hub has all that was told so far.
func (c *counter) heard(do func()) {
	r := c.road()
	r.hears = append(r.hears, hears{len(c.events[r.epoch]), do})
}

// when is how the hub understands the agent's clock as it stands: when something was told now, and by how much that may be
// wrong.
func (c *counter) when() (at time.Time, give time.Duration) {
	at = c.now.Add(time.Duration(c.clock.OffsetMS) * time.Millisecond)
	switch c.clock.State {
	case hall.ClockCoasting:
		give = c.now.Sub(c.clock.Since) / 10_000 // a quartz goes wrong by 100 ppm
	case hall.ClockUnset:
		give = 30 * time.Second
	}
	return at.Truncate(time.Millisecond), give.Truncate(time.Millisecond)
}

// next returns the next batch to send; nil: the hub has it all.
func (c *counter) next() (*road, []byte, int) {
	for _, r := range c.roads {
		if all := len(c.events[r.epoch]); !r.held && r.sent < all {
			end := all
			for _, cut := range r.cuts {
				if cut > r.sent && cut-r.sent <= uplink.MaxBatchEvents {
					end = cut
				}
			}
			return r, c.batch(r.epoch, uint64(r.sent+1), end-r.sent), end
		}
	}
	return nil, nil, 0
}

// arrived lets the books hear what a road brought.
func (r *road) arrived(through int) {
	r.sent = through
	for len(r.hears) > 0 && r.hears[0].seq <= through {
		r.hears[0].do()
		r.hears = r.hears[1:]
	}
}

// status says how far the agent's store goes.
func (c *counter) status(at time.Time) { c.said, c.saidAt = c.heads(), at }

// fork begins another epoch, because the disk was put back: everything after a place is told again in it, settled or not.
// What the books have not heard they will hear by the new road.
func (c *counter) fork(n, back int) {
	old := c.road()
	after := max(old.sent-back, 0)
	c.retell(n, uint64(after))
	anew := &road{epoch: c.epoch}
	for _, h := range old.hears {
		anew.hears = append(anew.hears, hears{h.seq - after + 1, h.do})
	}
	for _, cut := range old.cuts {
		if cut > after {
			anew.cuts = append(anew.cuts, cut-after+1)
		}
	}
	old.hears, old.held = nil, true
	c.roads = append(c.roads, anew)
}

// replaced gives the counter another disk. What lay on the old one and was not sent is not there.
func (c *counter) replaced(n int) {
	old := c.road()
	old.held = true
	before := c.begin(n)
	c.tag++
	c.roads = append(c.roads, &road{epoch: c.epoch})
	c.begins(&hall.EpochEnd{Epoch: before, Last: uint64(old.sent)}, hall.EpochTorn)
}

// kinds of visits, and how many of a thousand are so.
var kindsOfVisits = []struct {
	of   int
	tell func(*run, *counter, *served)
}{
	{310, (*run).silent},
	{360, (*run).presses},
	{40, (*run).pressesTwice},
	{30, (*run).pressesWhileServed},
	{30, (*run).atTheKiosk},
	{80, (*run).byPhone},
	{20, (*run).byText},
	{25, (*run).byPhoneBefore},
	{30, (*run).corrects},
	{25, (*run).tapsAndSends},
	{10, (*run).tapsAndLeaves},
	{40, (*run).missed},
}

// visits lets n citizens be served within the hour that ends.
func (r *run) visits(c *counter, n int) {
	for range n {
		c.now = c.now.Add(time.Duration(1+r.rng.IntN(230)) * time.Second)
		if c.slowness != nil {
			c.clock = c.slowness(c.now)
		}
		v := r.takes(c)
		at := r.rng.IntN(1000)
		for _, k := range kindsOfVisits {
			if at -= k.of; at < 0 {
				k.tell(r, c, v)
				break
			}
		}
		if r.rng.IntN(40) == 0 { // a press that belongs to nobody
			c.tell(hall.RatingUnbound{Window: v.post.window, Why: hall.UnboundNoVisit, Press: c.pressed(hall.VeryGood)})
			r.unbound++
		}
		c.cut()
	}
}

// takes gives out a number and begins its entry in the books.
func (r *run) takes(c *counter) *served {
	p := c.posts[r.rng.IntN(len(c.posts))]
	item := []string{"id-card", "invoice", "deed"}[r.rng.IntN(3)]
	if p.clerk != "service" {
		item = map[string]string{"police": "id-card", "tax": "invoice", "land": "deed"}[p.clerk]
	}
	v := &served{slip: &slip{id: c.id()}, hall: c.hall, post: p, item: item, staff: p.badge}
	r.books.slips = append(r.books.slips, v.slip)
	c.tell(hall.TicketIssued{Ticket: v.slip.id, Number: fmt.Sprintf("A%03d", c.serial%1000), Letter: "A", Day: hall.DayOf(c.now), Item: item, Ahead: 2})
	r.happened++
	return v
}

// called opens the visit of a number.
func (r *run) called(c *counter, v *served) {
	v.id = c.id()
	c.tell(hall.TicketCalled{Ticket: v.slip.id, Window: v.post.window})
	c.tell(hall.VisitOpened{Visit: v.id, Ticket: v.slip.id, Window: v.post.window, Staff: v.post.badge, Unit: itemUnit(v.item), Item: v.item})
	v.opened, _ = c.when()
}

// served tells a whole visit up to its invitation; now and then another clerk finishes it, whose the rating is.
func (r *run) served(c *counter, v *served, rated bool) {
	r.called(c, v)
	c.tell(hall.VisitServed{Visit: v.id})
	v.began = true
	if v.down = r.rng.IntN(12) == 0; v.down {
		c.tell(hall.VisitDown{Visit: v.id})
	}
	if rated {
		r.press(c, v, hall.ChannelPad, r.level())
	}
	r.finished(c, v, rated)
}

func (r *run) finished(c *counter, v *served, rated bool) {
	if r.rng.IntN(30) == 0 {
		v.staff = v.post.standIn
	}
	c.tell(hall.VisitFinished{Visit: v.id, Staff: v.staff, Outcome: hall.OutcomeFinished, Rated: rated})
	ended, _ := c.when()
	c.tell(hall.TicketFinished{Ticket: v.slip.id, Window: v.post.window})
	v.invited = rated
	if !rated {
		c.tell(hall.RatingInvited{Visit: v.id, Window: v.post.window, Until: c.now.Add(2 * time.Minute)})
		v.invited = true
	}
	c.heard(func() {
		v.ended = ended
		v.slip.visits = append(v.slip.visits, v)
		r.known++
		r.books.hear(v.slip)
	})
}

// press tells a bound press.
func (r *run) press(c *counter, v *served, channel hall.Channel, l hall.Level) {
	p := c.pressed(l)
	c.tell(hall.RatingGiven{Ticket: v.slip.id, Visit: v.id, Window: v.post.window, Level: l, Channel: channel, Press: &p, ReasonMissing: l.IsBad()})
	at, give := c.when()
	a := &saying{at: at.Add(-200 * time.Millisecond), give: give, name: pressName(p.Key()), visit: v, level: l, channel: channel, missing: l.IsBad()}
	c.heard(func() { r.books.say(a, v.slip) })
	if l.IsBad() && r.rng.IntN(5) < 2 { // he is asked why, and says it a day later
		r.reasons = append(r.reasons, reasoned{r.now.Add(24 * time.Hour), a, []string{r.reason(l)}})
	}
}

func pressName(k hall.PressKey) string { return fmt.Sprint(uint64(k.UID), "/", k.Boot, "/", k.Seq) }

// level is what a citizen thinks of it.
func (r *run) level() hall.Level {
	switch n := r.rng.IntN(100); {
	case n < 4:
		return hall.VeryBad
	case n < 10:
		return hall.Bad
	case n < 18:
		return hall.Fair
	case n < 40:
		return hall.Good
	}
	return hall.VeryGood
}

// reason is an official reason of a bad level.
func (r *run) reason(l hall.Level) string {
	if l == hall.Bad {
		return []string{"208", "214", "211"}[r.rng.IntN(3)]
	}
	return []string{"108", "115", "112", "113"}[r.rng.IntN(4)]
}

func (r *run) silent(c *counter, v *served) { r.served(c, v, false) }

func (r *run) presses(c *counter, v *served) {
	r.served(c, v, false)
	channel := hall.ChannelPad
	if r.rng.IntN(10) == 0 {
		channel = hall.ChannelTablet
	}
	r.press(c, v, channel, r.level())
}

func (r *run) pressesTwice(c *counter, v *served) {
	r.presses(c, v)
	p := c.pressed(hall.VeryGood)
	c.tell(hall.RatingRepeat{Visit: v.id, Window: v.post.window, Press: p})
	r.repeats++
}

func (r *run) pressesWhileServed(c *counter, v *served) { r.served(c, v, true) }

// atTheKiosk: he shows his ticket there, some after a good press.
func (r *run) atTheKiosk(c *counter, v *served) {
	r.served(c, v, false)
	if r.rng.IntN(3) == 0 {
		r.press(c, v, hall.ChannelPad, hall.VeryGood)
	}
	l := r.level()
	a := r.form(v, l)
	a.channel = hall.ChannelKiosk
	f := a.given(v)
	f.Visit = v.id
	c.tell(f)
	a.at, a.give = c.when()
	c.heard(func() { r.books.say(a, v.slip) })
}

// missed: he was called and did not come; some had rated ahead of it by phone.
func (r *run) missed(c *counter, v *served) {
	r.called(c, v)
	v.missed = true
	c.tell(hall.TicketRecalled{Ticket: v.slip.id, Window: v.post.window, Calls: 2})
	c.tell(hall.VisitFinished{Visit: v.id, Outcome: hall.OutcomeMissed})
	ended, _ := c.when()
	c.tell(hall.TicketMissed{Ticket: v.slip.id, Window: v.post.window})
	c.heard(func() {
		v.ended, v.slip.gone = ended, true
		v.slip.visits = append(v.slip.visits, v)
		r.known++
		r.books.hear(v.slip)
	})
	if r.rng.IntN(8) == 0 {
		r.later(r.now, r.form(nil, hall.Bad), v)
	}
}

// cutOff: the agent goes away while he is served. What he says then waits for an end that nobody will tell.
func (r *run) cutOff(c *counter, how int) {
	v := r.takes(c)
	r.called(c, v)
	c.tell(hall.VisitServed{Visit: v.id})
	v.began = true
	c.heard(func() {
		v.slip.visits = append(v.slip.visits, v)
		r.known++
		r.books.hear(v.slip)
	})
	switch how % 3 {
	case 1:
		r.press(c, v, hall.ChannelPad, hall.Bad)
	case 2:
		r.later(r.now.Add(time.Hour), r.form(nil, hall.Bad), v)
	}
	c.cut()
}

// coast is a clock that lost its source at a moment and runs on.
func coast(since time.Time) func(time.Time) hall.Clock {
	return func(time.Time) hall.Clock {
		return hall.Clock{State: hall.ClockCoasting, OffsetMS: 1500, Since: since}
	}
}
