// Package agent is the program of a counter, and the only door to its rooms. It owns the wiring: which decision of the
// counter is stored, and what is shown, printed and sent after it is stored. The rules lie in counter, the disk in
// outbox, the wires in device, hublink and desk; none of them knows another.
package agent

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/device"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	webkiosk "hallpulse/web-kiosk"
)

// Run runs the agent until ctx ends; then it lets what was begun end and returns nil. An error is something that only
// an operator can mend: a store that failed, an address that is taken.
func Run(ctx context.Context, c Config, log *slog.Logger) error {
	p, err := open(c, log)
	if err != nil {
		return err
	}
	store := startRooms(context.WithoutCancel(ctx))
	store.run("store", p.box.Run) // ends last: everything else may still have something to keep
	err = p.runRooms(ctx, store)
	store.stop()
	return errors.Join(err, store.wait(), p.box.Close())
}

// runRooms is the map of the program: who runs beside whom.
func (p *program) runRooms(ctx context.Context, store *rooms) error {
	if err := p.begin(); err != nil {
		return err
	}
	r := startRooms(ctx)
	r.run("control socket", p.serveControl)
	r.run("desk", p.desk.Run)
	if p.lan != nil {
		if err := p.lan.shut(); err != nil {
			p.log.Warn(err.Error(), "listen", p.lan.Listen)
		}
		r.run("desk", p.desk.RunLAN)
	}
	for _, pad := range p.pads {
		r.run("pad", pad.Run)
	}
	for _, printer := range p.printers {
		r.run("printer", printer.Run)
	}
	if p.id.enrolled() {
		r.run("hub", p.runHub)
		r.run("hall", p.runFellows)
		r.run("hall displays", p.runShown)
	}
	r.run("time", p.runTime)
	p.log.Info("agent runs", "agent", p.id.Store, "enrolled", p.id.enrolled(), "hall", p.hallNow().Hall.ID, "desk", p.cfg.Desk.Listen)
	select {
	case <-store.ctx.Done(): // the store failed: nothing can be kept any more
	case <-r.ctx.Done():
	}
	r.stop()
	return r.wait()
}

// rooms are goroutines that end together: the first that fails ends all.
type rooms struct {
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup
	once   sync.Once
	failed error
}

func startRooms(ctx context.Context) *rooms {
	r := new(rooms)
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

func (r *rooms) run(name string, fn func(context.Context) error) {
	r.all.Go(func() {
		if err := fn(r.ctx); err != nil {
			r.once.Do(func() { r.failed = fmt.Errorf("%s: %w", name, err) })
			r.cancel()
		}
	})
}

func (r *rooms) stop() { r.cancel() }

// wait waits until all have ended and returns why the first one failed.
func (r *rooms) wait() error {
	r.all.Wait()
	return r.failed
}

// open opens the store and makes every room. It starts nothing.
func open(c Config, log *slog.Logger) (*program, error) {
	p := &program{cfg: c, log: log, changed: make(chan struct{}, 1), passed: make(chan struct{}, 1)}
	var err error
	if p.id, err = newIdentity(c.Data); err != nil {
		return nil, err
	}
	if p.former.Enrolment, err = readLine(c.Data, formerFile); err != nil && !errors.Is(err, errNotEnrolled) {
		return nil, err
	}
	stamp := func(f hall.Fact) (uplink.Event, error) { return uplink.NewEvent(p.clock.now(), f) }
	p.box, err = outbox.Open(outbox.Options{
		Dir: storeOf(c.Data, p.id.Enrolment), Agent: p.id.Store, Stamp: stamp,
		Ballast: c.ballast, Keep: outbox.DefaultKeep, Log: p.log,
	})
	if err != nil {
		return nil, err
	}
	if err = p.load(); err == nil {
		err = p.makeRooms()
	}
	if err != nil {
		return nil, errors.Join(err, p.box.Close())
	}
	return p, nil
}

// aloneName is the name under which an agent that is not enrolled keeps its store.
const aloneName = "alone"

// newIdentity says who this agent is.
func newIdentity(data string) (identity, error) {
	var random [10]byte
	if _, err := rand.Read(random[:]); err != nil {
		return identity{}, err
	}
	id := identity{Store: aloneName, Tag: binary.BigEndian.Uint16(random[:]), Instance: hex.EncodeToString(random[2:])}
	e, err := readEnrolment(data)
	if errors.Is(err, errNotEnrolled) {
		return id, nil
	}
	id.Enrolment, id.Store = e, e.Name
	return id, err
}

// storeOf returns the folder of the store. What an agent did alone is not the enrolled one's to tell: it lies apart.
func storeOf(data string, e uplink.Enrolment) string {
	if e.Number == 0 {
		return filepath.Join(data, aloneName)
	}
	return data
}

// load reads what is stored.
func (p *program) load() error {
	own := map[string][]byte{}
	var stored []counter.Change
	err := p.box.Each(bucketAgent, func(k, v []byte) error {
		own[string(k)] = append([]byte(nil), v...)
		return nil
	})
	for _, kind := range counter.Kinds() {
		err = errors.Join(err, p.box.Each(kind, func(k, v []byte) error {
			stored = append(stored, counter.Change{Kind: kind, Key: string(k), Value: append([]byte(nil), v...)})
			return nil
		}))
	}
	p.papers, p.devices = map[hall.ID]paper{}, map[string]deviceNow{}
	err = errors.Join(err, p.box.Each(bucketPaper, func(_, v []byte) error {
		var a paper
		err := json.Unmarshal(v, &a)
		p.papers[a.Ticket.ID] = a
		return err
	}))
	if err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	if err := errors.Join(p.loadEntrance(), p.loadCatalogue(own)); err != nil {
		return err
	}
	if err := p.checkPads(); err != nil {
		return err
	}
	if p.state, err = counter.Restore(counter.ConfigOf(*p.wholeNow(), p.id.Name), stored); err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	if err := p.loadOwn(own); err != nil {
		return err
	}
	if err := p.loadCases(); err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	return nil
}

// loadOwn reads the door's own values.
func (p *program) loadOwn(own map[string][]byte) error {
	var start uint32
	var believed time.Time
	p.config = uplink.Config{PublicURL: p.id.PublicURL, BoxKey: p.id.BoxKey}
	for key, into := range map[string]any{
		keyStart: &start, keySerial: &p.serial, keyBelieved: &believed, keyConfig: &p.config, keyWindows: &p.windows,
		keyStaff: &p.staff, keyHelp: &p.help,
	} {
		if v, ok := own[key]; ok {
			if err := json.Unmarshal(v, into); err != nil {
				return fmt.Errorf("read the store: %s: %w", key, err)
			}
		}
	}
	p.windows = withWindows(p.windows, p.hallNow())
	p.clock = newClock(p.cfg.Clock, start+1, believed)
	heads := p.box.Epochs()
	p.epoch, p.seq = heads[len(heads)-1].Epoch, heads[len(heads)-1].Last
	return nil
}

// makeRooms makes what will run beside each other.
func (p *program) makeRooms() error {
	files := webkiosk.FS()
	words, err := readWords(files)
	if err != nil {
		return err
	}
	p.paper = paperWords{PaperWords: words[p.cfg.Language], english: p.cfg.Language == "en"}
	if err := p.paper.Validate(); err != nil {
		return err
	}
	pages, err := fs.Sub(files, "dist")
	if err != nil {
		return err
	}
	screen := desk.Config{
		Listen: p.cfg.Desk.Listen, Hall: p.hallNow, Whole: p.wholeNow, Pages: pages, Voice: os.DirFS(p.cfg.voice()), Words: words, URL: p.ticketURL, Cases: screens{p}, Bookings: screens{p}, Tablets: screens{p}, Paired: screens{p}, Stickers: screens{p}.Stickers, Log: p.log, Fellows: screens{p},
	}
	screen.Doctor = deskDoctor{newDoctor(p.cfg, words, func(context.Context) ([]held, error) { return p.held(), nil })}
	if p.cfg.Desk.LAN.Listen != "" {
		if p.lan, err = openLAN(p.cfg, p.log, p.clock.now().At); err != nil {
			return err
		}
		screen.LAN = p.lan.lan(p)
	}
	p.desk, err = desk.New(screen, screens{p}, screens{p})
	if err != nil {
		return err
	}
	for _, v := range p.cfg.Devices {
		if v.Kind == hall.KindPad {
			p.pads = append(p.pads, &padAt{padDriver: p.padDriver(v), window: v.Window})
			continue
		}
		tell := func(f hall.Fact) error { return p.tell(plain, f) }
		cfg := v.printer()
		p.printers = append(p.printers, &printerAt{device.NewPrinter(cfg, tell, p.log), cfg.Name, cfg.Printer})
	}
	return p.makeLink()
}

// begin tells that the agent has started, first of all. Papers that were on their way when it ended are in doubt. On a
// disk too full for it the start is told when there is room; nothing else is before.
func (p *program) begin() error {
	started := hall.AgentStarted{
		Version: p.cfg.Version, Instance: p.id.Instance, Hall: p.hallNow().Hall.ID,
		Catalogue: p.catalogue.SHA, Tag: p.id.Tag,
	}
	if _, cause, before, fresh := p.box.Began(); fresh {
		started.Before, started.Reason = before, cause
	}
	p.owed.facts = []hall.Fact{started}
	p.owed.puts = []outbox.Put{putJSON(bucketAgent, keyStart, p.clock.start), putJSON(bucketAgent, keyWindows, p.windows)}
	for id, a := range p.papers {
		if a.Printed || a.Trouble != "" {
			continue
		}
		a.Trouble = hall.TroubleDoubtful
		p.papers[id] = a
		of := hall.PaperPrinted{Ticket: id}
		if len(p.printers) > 0 {
			of.Device = p.printers[0].name
		}
		p.owed.facts, p.owed.puts = append(p.owed.facts, a.told(of)), append(p.owed.puts, a.put())
	}
	p.doubtfulSlips()
	if err := p.keepFormerKeys(); err != nil {
		return err
	}
	anew, err := p.sealAnew()
	if err != nil {
		return err
	}
	p.owed.puts = append(p.owed.puts, anew...)
	if err = p.tell(forRating); errors.Is(err, desk.DiskSealed) {
		return nil
	}
	if err != nil {
		return err
	}
	return p.forgetFormer()
}

// runTime lets time pass for the counter.
func (p *program) runTime(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.tick()
		case <-ctx.Done():
			return nil
		}
	}
}
