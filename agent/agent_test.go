package agent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/configs"
	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/pad"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/firmware-protocol/uplink"
)

// One citizen, from the ticket to the light under his finger; nobody runs a hub.
func TestOneVisitFromTicketToLight(t *testing.T) {
	r := newRig(t)
	e := r.enrol("")
	keys, printer := r.pad("pad-11", "11", 7), r.printer()
	c := r.start()
	r.await("pad and printer", func() bool { return r.ready() && keys.State().Screen == pad.Closed })

	ticket := r.take("A", "A01")
	if !ticket.Printed || ticket.Number != "A001" || ticket.Ahead != 0 || strings.Join(ticket.Windows, " ") != "11 12 14" || ticket.Floor != "一楼" {
		t.Errorf("%+v", ticket)
	}
	papers, err := printer.Await(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"青澜市政务服务中心", "A001", "居民身份证补领", "居民户口簿", ticket.Code[:4] + " " + ticket.Code[4:]} {
		if !strings.Contains(papers[0].Text(), want) {
			t.Errorf("the paper does not say %s:\n%s", want, papers[0].Text())
		}
	}
	if !hasQR(papers[0]) {
		t.Error("no QR code is on the paper")
	}
	path, token, _ := strings.Cut(ticket.URL, "/r/")
	said, signed, err := uplink.ReadToken(token)
	if err != nil || path != e.PublicURL || said.Ticket != ticket.ID || uplink.VerifyToken(signed, e.Key().SigningKey().Public().(ed25519.PublicKey)) != nil {
		t.Errorf("token %+v, %v", said, err)
	}

	r.act("11", "open", "next")
	r.await("the name of who serves", func() bool { s := keys.State(); return s.Screen == pad.Idle && s.Staff == "王丽" })
	r.act("11", "serve", "finish")
	r.await("the prompt", func() bool { return keys.State().Screen == pad.Prompt })
	if _, ok := keys.Press(5); !ok {
		t.Fatal("the pad dropped the press")
	}
	r.await("the steady light", func() bool { s := keys.State(); return s.Light == pad.Became && s.Lit == 5 && s.Screen == pad.Thanks })
	keys.Press(1)
	r.await("two blinks", func() bool { s := keys.State(); return s.Acked == 2 && s.Screen == pad.Rated })
	v := r.console("11")
	if v.Invited == nil || !v.Invited.Rated || v.Today != (desk.Today{Served: 1, Invited: 1, Rated: 1}) || v.Hub.Alone || v.Hub.Stored == 0 {
		t.Errorf("the console shows %+v", v)
	}
	r.good(c) // asked while it runs
	r.stop()
	report := r.good(c) // and when it does not

	events := r.events(c.Data)
	if uint64(len(events)) != report.Events || events[0].Type != hall.TypeAgentStarted {
		t.Errorf("%d events, first %s; the check counted %d", len(events), events[0].Type, report.Events)
	}
	var told []string
	for _, e := range events {
		if e.Type != hall.TypeDeviceUp && e.Type != hall.TypeDeviceFault && e.Type != hall.TypeDeviceDown {
			told = append(told, string(e.Type))
		}
	}
	want := "agent.started ticket.issued paper.printed staff.on window.opened ticket.called visit.opened visit.served " +
		"ticket.finished visit.finished rating.invited rating.given rating.repeat"
	if strings.Join(told, " ") != want {
		t.Errorf("told %v\nwant %s", told, want)
	}
	issued := facts[hall.TicketIssued](t, events)[0]
	if issued.CodeSHA != uplink.CodeSHA("qinglan", "A001", said.Day, ticket.Code) || uplink.Code(signed) != ticket.Code {
		t.Errorf("code %s: %+v", ticket.Code, issued)
	}
	if started := facts[hall.AgentStarted](t, events)[0]; started.Reason != hall.EpochFirst || started.Catalogue != c.catalogueSHA {
		t.Errorf("%+v", started)
	}
}

// hasQR reports whether a picture on the paper is more than a rule.
func hasQR(p simulator.Paper) bool {
	return slices.ContainsFunc(p.Pictures, func(pic escpos.PaperPicture) bool { return len(pic.Bits) > 100*pic.Width })
}

func TestAnAgentThatIsNotEnrolledRunsAlone(t *testing.T) {
	r := newRig(t)
	printer := r.printer()
	c := r.start()
	r.await("the printer", r.ready)
	if !r.take("A", "").Printed {
		t.Error("the ticket was not printed")
	}
	papers, err := printer.Await(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(papers[0].Text(), "不印二维码") || hasQR(papers[0]) {
		t.Errorf("the paper does not say why it has no QR code:\n%s", papers[0].Text())
	}
	if v := r.console("11"); !v.Hub.Alone || v.Hub.Up {
		t.Errorf("%+v", v.Hub)
	}
	r.stop()
	if events := r.events(filepath.Join(c.Data, aloneName)); len(facts[hall.TicketIssued](t, events)) == 0 {
		t.Error("no ticket was stored")
	}
}

func TestTheStateComesBackAfterAStop(t *testing.T) {
	r := newRig(t)
	keys := r.pad("pad-11", "11", 7)
	c := r.start()
	r.take("A", "")
	r.take("A", "")
	r.act("11", "open", "next", "serve")
	r.stop()
	r.start()
	v := r.console("11")
	if v.Window.State != hall.WindowIsServing || v.Visit == nil || v.Visit.Ticket != "A001" || v.Next == nil || v.Next.Ticket != "A002" {
		t.Errorf("%+v", v)
	}
	if next := r.take("A", ""); next.Number != "A003" || next.Ahead != 1 {
		t.Errorf("%+v", next)
	}
	r.await("the pad", func() bool { return keys.State().Screen == pad.Idle })
	keys.Press(4)
	r.await("the light", func() bool { return keys.State().Light == pad.Became })
	r.stop()
	events := r.events(filepath.Join(c.Data, aloneName))
	started := facts[hall.AgentStarted](t, events)
	ids := map[hall.ID]bool{}
	for _, f := range facts[hall.TicketIssued](t, events) {
		ids[f.Ticket] = true
	}
	if len(started) != 2 || started[1].Before != nil || len(ids) != 3 || events[len(events)-1].Start != 2 {
		t.Errorf("%d starts, %d tickets, last event of start %d", len(started), len(ids), events[len(events)-1].Start)
	}
}

// A port that is not there, and one that another program holds, are said at their windows and stop nobody else.
func TestAMissingAndATakenPortStopNobody(t *testing.T) {
	r := newRig(t)
	r.addPad("pad-12", "12")
	r.addPad("pad-13", "13")
	taken := r.cable("pad-13")
	fd, err := unix.Open(taken.Port(), unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Flock(fd, unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	keys := r.pad("pad-11", "11", 7)
	r.start()
	fault := func(window string, trouble hall.Trouble) func() bool {
		return func() bool {
			f := r.console(window).Faults
			return len(f) == 1 && f[0].Device == "pad-"+window && f[0].Trouble == trouble
		}
	}
	r.await("the missing port", fault("12", hall.TroubleMissing))
	r.await("the taken port", fault("13", hall.TroubleTaken))
	r.take("A", "")
	r.act("11", "open", "next", "serve")
	r.await("the pad", func() bool { return keys.State().Screen == pad.Idle })
	keys.Press(3)
	r.await("the light", func() bool { return keys.State().Light == pad.Became })
}

// On a nearly full disk tickets and calls are refused with a sentence; who is served is served to his rating.
func TestANearlyFullDiskIsKeptForRatings(t *testing.T) {
	r := newRig(t)
	keys := r.pad("pad-11", "11", 7)
	r.start()
	r.take("A", "")
	r.take("A", "")
	r.act("11", "open", "next", "serve")
	r.stop()
	c := r.writeConfig()
	c.ballast = 1 << 50 // counts as used: more than any volume has
	r.run(c)
	if code := r.post("/api/tickets", `{"letter":"A"}`, nil); code != "disk-full" {
		t.Errorf("a ticket: %q", code)
	}
	if code := r.post("/api/windows/11/next", "", nil); code != "disk-full" {
		t.Errorf("a call: %q", code)
	}
	if v := r.console("11"); v.Disk != desk.DiskIsRefuse || v.WaitingCount != 1 || v.Visit == nil || v.Visit.Ticket != "A001" {
		t.Errorf("%+v", v)
	}
	r.await("the pad", func() bool { return keys.State().Screen == pad.Idle })
	r.act("11", "finish")
	r.await("the prompt", func() bool { return keys.State().Screen == pad.Prompt })
	keys.Press(2)
	r.await("the light", func() bool { return keys.State().Light == pad.Became })
	if v := r.console("11"); v.Today != (desk.Today{Served: 1, Invited: 1, Rated: 1}) {
		t.Errorf("%+v", v.Today)
	}
}

// What cannot be stored is not shown and not thanked; when the store works again it goes on by itself.
func TestAStoreThatFailsRefusesInWordsAndKeepsThePadDark(t *testing.T) {
	r := newRig(t)
	keys := r.pad("pad-11", "11", 7)
	kill := r.startChild()
	r.take("A", "")
	r.act("11", "open", "next", "serve")
	r.await("the pad", func() bool { return keys.State().Screen == pad.Idle })
	mend := r.breakFiles()
	refused := ""
	for n := 0; refused == ""; n++ { // small acts until the last free page of the file is used
		refused = r.post("/api/windows/12/"+[]string{"open", "close"}[n%2], "", nil)
	}
	if refused != "internal" {
		t.Errorf("an act that cannot be stored: %s", refused)
	}
	before := r.console("11")
	keys.Press(5)
	r.await("the press", func() bool { return r.log.says("press not kept") })
	if code := r.post("/api/windows/11/finish", "", nil); code != "internal" {
		t.Errorf("an act that cannot be stored: %q", code)
	}
	if code := r.post("/api/tickets", `{"letter":"A"}`, nil); code != "internal" {
		t.Errorf("a ticket that cannot be stored: %q", code)
	}
	if v := r.console("11"); v.WaitingCount != before.WaitingCount || v.Window.State != hall.WindowIsServing || v.Visit.Rated {
		t.Errorf("something is shown that is not stored: %+v", v)
	}
	if s := keys.State(); s.Acked != 0 || s.Queued != 1 || s.Lit != 0 {
		t.Errorf("the pad was answered: %+v", s)
	}
	mend()
	r.await("the light", func() bool { return keys.State().Light == pad.Became })
	if !r.console("11").Visit.Rated {
		t.Error("the press that waited is not the rating")
	}
	r.act("11", "finish")
	kill()
	r.good(r.writeConfig())
}

// breakFiles lets no file of the child grow beyond what a small store has, until mend is called.
func (r *rig) breakFiles() (mend func()) {
	r.t.Helper()
	limit := func(to uint64) {
		r.t.Helper()
		if err := unix.Prlimit(r.child, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: to, Max: unix.RLIM_INFINITY}, nil); err != nil {
			r.t.Fatal(err)
		}
	}
	limit(64 << 10)
	return func() { limit(unix.RLIM_INFINITY) }
}

// Killed in the middle of presses and prints, an agent has stored exactly what it answered for.
func TestAKilledAgentHasStoredWhatItAnswered(t *testing.T) {
	r := newRig(t)
	keys, printer := r.pad("pad-11", "11", 7), r.printer()
	kill := r.startChild()
	r.await("the printer", r.ready)
	r.take("A", "")
	r.act("11", "open", "next", "serve")
	printer.Stick(true)
	go func() { // nobody answers: the agent dies first
		resp, err := http.Post("http://"+r.listen+"/api/tickets", "", strings.NewReader(`{"letter":"B"}`))
		if err == nil {
			resp.Body.Close()
		}
	}()
	const presses = 60
	for n := range presses {
		r.await("room in the pad", func() bool { return keys.State().Queued < pad.QueueSize })
		keys.Press(hall.Level(1 + n%5))
		if n%20 == 19 {
			kill()
			kill = r.startChild()
		}
	}
	r.await("all presses", func() bool { return keys.State().Acked == presses })
	kill()
	printer.Stick(false)

	events := r.events(filepath.Join(r.dir, "data", aloneName))
	seqs := map[uint32]int{}
	for _, f := range facts[hall.RatingGiven](t, events) {
		seqs[f.Press.Seq]++
	}
	if len(seqs) != 1 {
		t.Errorf("%d ratings of one visit", len(seqs))
	}
	for _, f := range facts[hall.RatingRepeat](t, events) {
		seqs[f.Press.Seq]++
	}
	for _, f := range facts[hall.RatingUnbound](t, events) {
		seqs[f.Press.Seq]++
	}
	for seq := range uint32(presses) {
		if seqs[seq+1] != 1 {
			t.Errorf("press %d is stored %d times", seq+1, seqs[seq+1])
		}
	}
	if len(seqs) != presses {
		t.Errorf("%d presses are stored, %d were made", len(seqs), presses)
	}
	r.good(r.writeConfig())
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestASecondAgentOnTheSameFolderIsRefused(t *testing.T) {
	r := newRig(t)
	c := r.start()
	if err := Run(context.Background(), c, quiet()); err == nil || !strings.Contains(err.Error(), "a running agent holds the store") {
		t.Errorf("%v", err)
	}
	stats, err := OutboxStat(context.Background(), c)
	if err != nil || stats.Agent != aloneName || len(stats.Epochs) != 1 {
		t.Errorf("%+v, %v", stats, err)
	}
	info, err := os.Stat(c.socket())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("control socket: %v, %v", info, err)
	}
}

func TestADeskAddressThatIsTakenIsSaid(t *testing.T) {
	r := newRig(t)
	c := r.start()
	c.Data = filepath.Join(r.dir, "other")
	if err := Run(context.Background(), c, quiet()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("%v", err)
	}
}

// A clock that is set is told before what follows; the next day withdraws who still waits and numbers anew.
func TestAClockThatIsSetAndTheNextDay(t *testing.T) {
	r := newRig(t)
	var ahead atomic.Int64
	c := r.writeConfig()
	c.Clock = Clock{
		Now:    func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		Synced: func() bool { return true },
	}
	r.run(c)
	first := r.take("A", "")
	ahead.Store(int64(24 * time.Hour))
	r.await("the next day", func() bool { return r.console("11").WaitingCount == 0 })
	if ticket := r.take("A", ""); ticket.Number != "A001" || ticket.Ahead != 0 {
		t.Errorf("%+v", ticket)
	}
	r.await("yesterday's paper to be forgotten", func() bool {
		return r.post("/api/tickets/"+first.ID.String()+"/print", "", nil) == "no-such-ticket"
	})
	ahead.Store(0)
	if ticket := r.take("A", ""); ticket.Number != "A002" {
		t.Errorf("the clock was set back, the day was not: %+v", ticket)
	}
	r.stop()
	p, err := open(c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	if _, kept := p.papers[first.ID]; kept || len(p.papers) != 2 {
		t.Errorf("stored papers: %v", p.papers)
	}
	if err := p.box.Close(); err != nil {
		t.Fatal(err)
	}
	events := r.events(filepath.Join(c.Data, aloneName))
	stepped := facts[hall.ClockStepped](t, events)
	if len(stepped) != 2 || stepped[0].To.Sub(stepped[0].From).Round(time.Minute) != 24*time.Hour || stepped[1].To.Sub(stepped[1].From).Round(time.Minute) != -24*time.Hour {
		t.Errorf("%+v", stepped)
	}
	i := slices.IndexFunc(events, func(e uplink.Event) bool { return e.Type == hall.TypeClockStepped })
	if events[i+1].Type != hall.TypeTicketWithdrawn {
		t.Errorf("after the step came %s", events[i+1].Type)
	}
	issued := facts[hall.TicketIssued](t, events)
	if issued[1].Day != issued[0].Day+1 || issued[2].Day != issued[1].Day {
		t.Errorf("days %v, %v, %v", issued[0].Day, issued[1].Day, issued[2].Day)
	}
}

// A slow disk or another window may keep a press waiting. It binds by when its key went down, not by when its turn came.
func TestAPressThatWaitsForItsTurnAges(t *testing.T) {
	r := newRig(t)
	c := r.writeConfig()
	hand := &handClock{wall: morning(), synced: true}
	c.Clock = hand.clock()
	asked := make(chan struct{}, 100)
	c.Clock.Up = func(up func() time.Duration) func() time.Duration {
		return func() time.Duration {
			now := up()
			asked <- struct{}{}
			return now
		}
	}(c.Clock.Up)
	p, err := open(c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	store := startRooms(t.Context())
	store.run("store", p.box.Run)
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	sink := padSink{p}
	if err := sink.Tell(hall.DeviceUp{Device: "pad-11", Kind: hall.KindPad, Window: "11", UID: 7}); err != nil {
		t.Fatal(err)
	}
	hand.pass(time.Minute)
	p.deciding.Lock() // another window's decision takes its time
	for len(asked) > 0 {
		<-asked
	}
	pressed := make(chan error)
	go func() {
		_, err := sink.Press(t.Context(), "pad-11", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5, AgeMS: 200})
		pressed <- err
	}()
	<-asked // it has come
	hand.pass(3 * time.Second)
	p.deciding.Unlock()
	if err := <-pressed; err != nil {
		t.Fatal(err)
	}
	store.stop()
	if err := errors.Join(store.wait(), p.box.Close()); err != nil {
		t.Fatal(err)
	}
	told := facts[hall.RatingUnbound](t, r.events(filepath.Join(c.Data, aloneName)))
	if len(told) != 1 || told[0].Press.AgeMS != 3200 {
		t.Errorf("%+v", told)
	}
}

// How often and how loud calls are called out is the hall's to say.
func TestTheDisplayHearsHowToCallOut(t *testing.T) {
	text, err := fs.ReadFile(configs.FS(), "hall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for says, want := range map[string]hall.Announcement{
		"": hall.DefaultAnnouncement(),
		"announce: {times: 1, volume: [{from: \"08:30\", level: 80}]}\n": {Times: 1, Volume: []hall.Loudness{{From: 510, Level: 80}}},
	} {
		t.Run(says, func(t *testing.T) {
			r := newRig(t)
			if err := os.WriteFile(filepath.Join(r.dir, "hall.yaml"), append(slices.Clone(text), says...), 0o600); err != nil {
				t.Fatal(err)
			}
			r.extra = "hall: hall.yaml\n"
			r.start()
			if got := screenOf[desk.DisplayView](r, "/ws/display").Announce; !reflect.DeepEqual(got, want) {
				t.Errorf("%q: %+v", says, got)
			}
		})
	}
}

// What the waiting room sees: who is called where, each call under its own serial, over a stop too.
func TestTheDisplayShowsWhoIsCalled(t *testing.T) {
	r := newRig(t)
	r.start()
	display := func() desk.DisplayView { return screenOf[desk.DisplayView](r, "/ws/display") }
	if v := display(); len(v.Last) != 0 || len(v.Open) != 0 || v.Services[0].Staffed || v.Services[0].P50 != 0 || v.Voice || len(v.Notices) == 0 {
		t.Errorf("in the morning %+v", v)
	}
	for range 9 {
		r.take("A", "")
	}
	r.act("11", "open", "next")
	first := display()
	want := desk.Call{Serial: "11/1/1", Ticket: "A001", Window: "11", Floor: "一楼", FloorEN: "1st floor", Since: first.Open[0].Since, Calls: 1}
	if len(first.Open) != 1 || first.Open[0] != want || first.Last[0] != want || first.Services[0].Waiting != 8 || !first.Services[0].Staffed {
		t.Errorf("called %+v", first)
	}
	r.act("11", "recall")
	if again := display().Open[0]; again.Serial != "11/1/2" || again.Calls != 2 || again.Since != want.Since {
		t.Errorf("called again %+v", again)
	}
	r.act("11", "serve")
	for range 7 {
		r.act("11", "finish", "next", "serve")
	}
	if v := display(); len(v.Open) != 0 || len(v.Last) != maxLast || v.Last[0].Ticket != "A008" || v.Last[6].Ticket != "A002" {
		t.Errorf("seven later %+v", v)
	}
	before := display()
	r.stop()
	r.start()
	if after := display(); !slices.Equal(after.Last, before.Last) {
		t.Errorf("after a stop %+v, before %+v", after.Last, before.Last)
	}
}

// At lunch all windows may be closed; only later that is the end of the day.
func TestTheHallIsOverWhenAllHaveGoneAndNobodyWaits(t *testing.T) {
	c := newRig(t).writeConfig()
	empty := counter.New(counter.DefaultConfig(c.catalogue))
	at := func(hour int) hall.Moment {
		return hall.Moment{At: hall.DayOf(time.Now()).Start().Add(time.Duration(hour) * time.Hour), Start: 1}
	}
	waits, err := empty.Take(at(14), counter.Request{Letter: "A", ID: hall.ID{Serial: 1}, Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	open, err := empty.Do(at(14), counter.Order{Window: "11", Act: counter.ActOpen, Staff: "0316"})
	if err != nil {
		t.Fatal(err)
	}
	if isOver(empty, at(12)) || !isOver(empty, at(17)) || isOver(waits.Next, at(17)) || isOver(open.Next, at(17)) {
		t.Error("over at lunch, or while somebody waits or sits there, or not over in the evening")
	}
}
