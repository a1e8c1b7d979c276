package agent

import (
	"context"
	"fmt"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/entry"
	"hallpulse/agent/internal/hublink"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// linkNow says how it stands with the hub.
type linkNow struct {
	up    bool
	since time.Time
}

func (p *program) hubNow() linkNow {
	p.seeing.Lock()
	defer p.seeing.Unlock()
	return p.link
}

// makeLink makes the session with the hub, where this agent is enrolled at one. The outbox is its source as it is.
func (p *program) makeLink() (err error) {
	p.link = linkNow{since: time.Now()}
	if !p.id.enrolled() {
		return nil
	}
	broker := p.cfg.Hub.Broker
	if broker == "" {
		broker = p.id.Hub
	}
	p.hub, err = hublink.New(hublink.Config{
		Broker: broker, Plain: p.cfg.Hub.Plain, Agent: p.id.Name, Instance: p.id.Instance,
		Password: p.id.Key().Password(), CA: p.id.CA, Log: p.log,
	}, p.box, hublink.Hooks{
		Sent:     p.sent,
		Presence: p.showAll,
		Config:   p.configure,
		Command:  p.carryOut,
		Link:     p.linked,
		HubTime:  p.clock.learn,
	})
	if err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	return nil
}

// runHub keeps the session with the hub, and shows there what changed.
func (p *program) runHub(ctx context.Context) error {
	r := startRooms(ctx)
	r.run("link", p.hub.Run)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-p.box.Changed():
			p.hub.Poke()
		case <-p.changed: // at the latest at the next tick of runTime
			p.showChanged()
		}
	}
	return r.wait()
}

// sent is the agent's clocks as it sends a batch.
func (p *program) sent() uplink.Sent {
	m := p.clock.now()
	return uplink.Sent{At: m.At, Clock: m.Clock, Start: m.Start, UpMS: m.Up.Milliseconds()}
}

// showAll returns all presence for a new session.
func (p *program) showAll(conn uint64) []hublink.Message {
	p.showing.Lock()
	defer p.showing.Unlock()
	p.presence = newPresence(uplink.Session{Instance: p.id.Instance, Conn: conn})
	return p.presenceDue(p.presence)
}

// showChanged shows what changed since it was shown last. While the hub is away it gets lost: showAll follows.
func (p *program) showChanged() {
	p.showing.Lock()
	defer p.showing.Unlock()
	if p.presence == nil {
		return
	}
	for _, m := range p.presenceDue(p.presence) {
		p.hub.Publish(m.Leaf, true, m.Payload)
	}
}

// linked notes that the hub came or went.
func (p *program) linked(up bool, since time.Time) {
	p.seeing.Lock()
	p.link = linkNow{up, since}
	p.seeing.Unlock()
	p.desk.Changed()
}

// configure takes over the hub's configuration, unless it is older than the one in force.
func (p *program) configure(c uplink.Config) {
	if c.V != uplink.Version {
		p.log.Warn("the hub's configuration is of another version and is left alone", "v", c.V)
		return
	}
	if c.Version <= p.view().config.Version {
		return
	}
	if p.lan != nil {
		if err := p.lan.answer(c.Certificate, p.clock.now().At); err != nil {
			p.log.Error("the hub's certificate is not taken", "err", err)
		}
	}
	staff, err := uplink.OpenStaff(p.id.Key().ConfigKey(), p.id.Name, c.Staff)
	if err != nil {
		p.log.Error("the staff's PINs stay as they were", "err", err)
		staff, _ = p.staffNow()
	}
	help, err := uplink.OpenHelp(p.id.Key().ConfigKey(), p.id.Name, c.Help)
	if err != nil {
		p.log.Error("clerks who cannot sign on are not helped", "err", err)
		help = p.help
	}
	sent := c.Catalogue
	c.Staff, c.Help, c.Certificate, c.Catalogue = "", "", "", nil // kept apart
	p.signing.Lock()                                              // no code is looked at meanwhile
	defer p.signing.Unlock()
	p.entering.Lock()
	open, over := entry.Helped(p.help, help, p.locks, p.chosen)
	p.entering.Unlock()
	err = p.decide(plain, func(s *counter.State, m hall.Moment) (change, error) {
		d := change{
			Decision: counter.Decision{Next: s, Facts: []hall.Fact{hall.ConfigApplied{Version: c.Version}}},
			puts:     append(lockPuts(open), putJSON(bucketAgent, keyConfig, c), putJSON(bucketAgent, keyStaff, staff), putJSON(bucketAgent, keyHelp, help)),
			config:   &c,
		}
		for _, badge := range over {
			d.puts = append(d.puts, outbox.Put{Bucket: bucketChosen, Key: []byte(badge)})
		}
		if sent != nil {
			p.offer(&d, s, m, *sent)
		}
		return d, nil
	})
	if err != nil {
		p.log.Error("the hub's configuration is not applied", "version", c.Version, "err", err)
		return
	}
	p.lock(open)
	p.entering.Lock()
	p.staff, p.help = staff, help
	for _, badge := range over {
		delete(p.chosen, badge)
	}
	p.entering.Unlock()
	p.desk.Changed()
}

// askCertificate asks the hub for a certificate, where one is needed.
func (p *program) askCertificate() {
	if p.lan == nil || !p.id.enrolled() {
		return
	}
	f, err := p.lan.ask(p.clock.now().At)
	if err == nil && f != nil {
		err = p.tell(plain, f)
	}
	if err != nil {
		p.log.Error("no certificate is asked for", "err", err)
	}
}
