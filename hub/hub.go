// Package hub is the door of the office's side: configuration, one function for each subcommand, and the wiring of the
// rooms behind it. It owns the data folder: its keys, its lock and its control socket. It decides nothing about
// tickets and ratings, and what a screen shows is decided in board and web.
package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"hallpulse/configs"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/broker"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
	webkiosk "hallpulse/web-kiosk"
)

// Run runs a hub until ctx ends.
func Run(ctx context.Context, c Config, log *slog.Logger) error {
	h, err := Open(ctx, c, log)
	if err != nil {
		return err
	}
	return h.Run(ctx)
}

// Hub is a hub that holds its data folder and its addresses and does nothing yet. Run must follow.
type Hub struct {
	Config Config
	// The addresses that were taken, where the configuration leaves the port to the system.
	BrokerAddr, PublicAddr, OfficeAddr net.Addr

	store      *store.Store
	catalogues *catalogues
	privacy    *privacy
	listeners  []net.Listener
	front      []task // ends first: nobody is let in any more
	back       []task // ends then: what was let in is answered
}

// task is something that runs until its context ends.
type task func(ctx context.Context) error

// Open makes a hub, room by room. This is the map of the program.
func Open(ctx context.Context, c Config, log *slog.Logger) (h *Hub, err error) {
	h = &Hub{Config: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	clock := c.Clock.orSystem()
	keys, err := readKeys(c.Data)
	if err != nil {
		return h, err
	}
	if h.store, err = openStore(ctx, c); err != nil {
		return h, err
	}
	agents, err := newRoster(ctx, h.store, clock.Now)
	if err != nil {
		return h, unusable(c, err)
	}
	warnOfUnknownAgents(c, agents, log)

	// What is shown, and how it hears of commits.
	if h.catalogues, err = openCatalogues(ctx, c, h.store); err != nil {
		return h, unusable(c, err)
	}
	if err := h.catalogues.establish(ctx, once(h.store, clock.Now), log); err != nil {
		return h, err
	}
	live := web.NewLive(board.New(board.Name(c.Centre), h.catalogues.now(), clock.Now()), clock.Now, log)
	tell := newTeller(h.store, agents, live, h.catalogues.ids(), clock.Now, log)
	if err := tell.tellAll(ctx); err != nil {
		return h, unusable(c, err)
	}

	// Personal data. What was erased and came back with a copy of the database goes before anybody can look.
	gone, err := openErased(c.Data)
	if err != nil {
		return h, err
	}
	h.privacy = newPrivacy(c, h.store, keys.vault, gone, clock.Now, log)
	h.privacy.record = recording(once(h.store, clock.Now))
	if err := h.privacy.sweep(ctx); err != nil {
		return h, err
	}

	// The one writer of facts.
	certify := &certifier{keys: keys, taken: c.ownNames(), store: h.store, now: clock.Now, log: log, asked: make(chan intake.Asked, 64)}
	choose := &chooser{log: log, more: make(chan struct{}, 1)}
	told := func(c intake.Committed) { tell.note(c); certify.note(c); choose.note(c) }
	facts := intake.New(intake.Options{Store: h.store, Now: clock.Now, Site: h.catalogues.siteOf(agents), Erased: gone.Has, Open: keys.openBox, Told: told, Log: log})
	h.privacy.record, h.privacy.soon = recording(facts.Decide), make(chan struct{}, 1)

	if err := establish(ctx, once(h.store, clock.Now)); err != nil {
		return h, err
	}

	// Agents.
	speak := &mouth{offers: &offers{config: c, keys: keys, store: h.store, catalogues: h.catalogues, roster: agents, now: clock.Now}, log: log}
	if _, err := speak.offers.refresh(ctx); err != nil {
		return h, err
	}
	certify.told = speak.news
	command := &commander{store: h.store, texts: texts{h.store, keys.vault}, mouth: speak, now: clock.Now, log: log}
	post, err := h.openBroker(keys, agents, &ear{halls: h.catalogues.now, roster: agents, intake: facts, live: live, mouth: speak, command: command, now: clock.Now, log: log}, log)
	if err != nil {
		return h, err
	}
	speak.publish, tell.commands = post.Publish, command
	if err := command.load(ctx); err != nil {
		return h, unusable(c, err)
	}
	renewed := make(chan string, 64)
	agents.newly = func(agent string) {
		select {
		case renewed <- agent:
		default: // it is asked again at its next connect
		}
	}

	// Messages to people's phones.
	ail := func(kind string) func(bool) {
		return func(ill bool) { live.Change(func(b *board.Board, now time.Time) { b.Ail(kind, ill, now) }) }
	}
	send, hook, err := h.post(facts, keys.vault, clock.Now, ail(board.AilSMS), log)
	if err != nil {
		return h, err
	}

	// Browsers.
	published := func(hallID string) { h.arrange(hallID, live, speak, tell, log) }
	halls := hallDesk{catalogueDesk{h.catalogues, facts.Decide, published}, pinDesk{h.store, keys.vault, facts.Decide, clock.Now, speak.news}}
	choose.pinDesk, choose.boxes, choose.erase = halls.pinDesk, h.store.Boxes(), h.privacy.erase
	public, office, err := h.openPages(live, agents, recorder{facts, keys.vault}, halls, hook, clock.Now, log)
	if err != nil {
		return h, err
	}

	// Subcommands, the clock, backups.
	ask, err := listenControl(c.Data)
	if err != nil {
		return h, err
	}
	h.listeners = append(h.listeners, ask)
	ticked, err := h.store.Ticked(ctx)
	if err != nil {
		return h, unusable(c, err)
	}
	ticks := &ticker{watch: newWatch(clock, ticked), intake: facts, roster: agents, ill: ail(board.AilClock), log: log}
	keep := &keeper{config: c, store: h.store, now: clock.Now, decide: facts.Decide, accepted: ticks.watch.accept, changed: func(ctx context.Context, agent string) error {
		err := errors.Join(agents.load(ctx), speak.news(ctx))
		if agent != "" && !agents.May(agent) {
			post.Disconnect(agent)
		}
		return err
	}}
	keep.catalogues, keep.published = h.catalogues, published
	copies := &backups{BackupPlan: c.Backup, store: h.store, now: clock.Now, ill: ail(board.AilBackup), log: log}

	h.front = []task{
		post.Run, live.Run, clearing{live, facts, log}.run, public, office, ticks.run, copies.run, h.privacy.run, certify.run, choose.run,
		func(ctx context.Context) error { return agents.renew(ctx, renewed, speak.news, log) },
		speak.keep,
		func(ctx context.Context) error { return keep.control().and(h.privacy.control()).serve(ctx, ask) },
	}
	if send != nil {
		h.front = append(h.front, send)
	}
	h.back = []task{facts.Run, tell.run}
	log.Info("hub open", "data", c.Data, "agents", h.BrokerAddr, "public", h.PublicAddr, "office", h.OfficeAddr, "halls", len(c.Halls))
	return h, nil
}

// arrange shows a hall by the catalogue that was just published, and tells its agents.
func (h *Hub) arrange(hallID string, live *web.Live, speak *mouth, tell *teller, log *slog.Logger) {
	if err := speak.news(context.Background()); err != nil {
		log.Error("agents are told of the catalogue when the hub starts again", "hall", hallID, "error", err)
	}
	for _, now := range h.catalogues.now() {
		if now.Catalogue.Hall.ID == hallID {
			live.Arrange(func(b *board.Board) { b.Arrange(now) })
			tell.again(now)
		}
	}
}

// Run runs an open hub until ctx ends or a part of it fails; then it gives back all that Open took.
func (h *Hub) Run(ctx context.Context) error {
	back, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ctx, fail := context.WithCancel(ctx)
	defer fail()
	var ended error
	var behind sync.WaitGroup
	behind.Go(func() {
		ended = together(back, h.back)
		fail()
	})
	err := together(ctx, h.front)
	stop()
	behind.Wait()
	return errors.Join(err, ended, h.close())
}

// together runs tasks until ctx ends or one of them fails, and returns when all have ended.
func together(ctx context.Context, tasks []task) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, len(tasks))
	for _, run := range tasks {
		go func() {
			err := run(ctx)
			if err != nil {
				stop()
			}
			failed <- err
		}()
	}
	var errs []error
	for range tasks {
		errs = append(errs, <-failed)
	}
	return errors.Join(errs...)
}

// close gives back what Open took. A listener may be closed already by who served it.
func (h *Hub) close() error {
	for _, l := range h.listeners {
		_ = l.Close()
	}
	if h.store == nil {
		return nil
	}
	return h.store.Close()
}

// listen takes an address, or says which line of the configuration names it.
func (h *Hub) listen(key, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	h.listeners = append(h.listeners, l)
	return l, nil
}

func (h *Hub) openBroker(keys *keyring, agents *roster, ear *ear, log *slog.Logger) (*broker.Broker, error) {
	var conf *tls.Config
	var err error
	if !h.Config.Broker.Plain {
		if conf, err = keys.serverTLS(h.Config.Broker.Advertise); err != nil {
			return nil, err
		}
	}
	l, err := h.listen("broker.listen", h.Config.Broker.Listen)
	if err != nil {
		return nil, err
	}
	h.BrokerAddr = l.Addr()
	return broker.New(broker.Config{Listener: l, TLS: conf, Accounts: agents, Handler: ear, Log: log})
}

// openPages makes the two listeners that browsers reach (design §7).
func (h *Hub) openPages(live *web.Live, agents *roster, record recorder, halls hallDesk, hook http.Handler, now func() time.Time, log *slog.Logger) (public, office task, err error) {
	pages, reasons, dist, err := readPages()
	if err != nil {
		return nil, nil, err
	}
	c := h.Config
	shared := web.Shared{Centre: board.Name(c.Centre), Pages: pages, Live: live, Now: now, Trusted: c.trusted(), Log: log}
	citizens, err := web.NewPublic(web.PublicConfig{Shared: shared, PublicURL: c.PublicURL, Halls: h.catalogues.now, Reasons: reasons,
		Signers: signers{agents}, Stories: h.store, Recorder: record, Keys: record.vault, Tickets: h.store, Cases: h.store, Links: h.store, Follow: h.store,
		Decider: record.intake, Texts: texts{h.store, record.vault}, Eraser: personal{h.privacy}, Bookings: bookings{h.store, agents}, SMS: c.SMS.Provider != smsNone})
	if err != nil {
		return nil, nil, err
	}
	hosts, secure := c.Office.reached()
	packs, err := readPacks()
	if err != nil {
		return nil, nil, err
	}
	desk, err := c.desk(now)
	if err != nil {
		return nil, nil, err
	}
	sso, err := c.Office.sso(c.Office.Listen)
	if err != nil {
		return nil, nil, err
	}
	managers, err := web.NewOffice(web.OfficeConfig{Shared: shared, Dist: dist, Halls: h.catalogues.now, Accounts: accounts{h.store}, Sessions: h.store,
		Deeds: record, Secrets: record.vault, Matters: h.matters(record, packs, halls, now), Desk: desk, Reasons: reasons,
		Hotline:      web.Hotline{Tickets: h.store, Signers: signers{agents}, Recorder: record, Phones: phones{h.store, record.vault}},
		SecondFactor: c.Office.secondFactor(), SSO: sso, Secure: secure, Hosts: hosts})
	if err != nil {
		return nil, nil, err
	}
	l, err := h.listen("public.listen", c.Public.Listen)
	if err != nil {
		return nil, nil, err
	}
	h.PublicAddr, public = l.Addr(), pagesTask(l, citizens, log)
	if l, err = h.listen("office.listen", c.Office.Listen); err != nil {
		return nil, nil, err
	}
	h.OfficeAddr, office = l.Addr(), pagesTask(l, hooked(managers, hook), log)
	return public, office, nil
}

// matters are the rooms behind the office's pages.
func (h *Hub) matters(record recorder, packs packs, halls hallDesk, now func() time.Time) web.Matters {
	s := h.store
	return web.Matters{Agents: agentRoll{s, record.intake.Decide, now}, Packs: packs, Waits: s, Courses: s, Decider: record.intake, Texts: texts{s, record.vault}, Law: s, Repairs: s, Around: s, Cases: s, Concerns: s, Inspections: s, Watch: s, Messages: s,
		Ratings: s, Tallies: s, Audit: s, Catalogues: halls.catalogueDesk, PINs: halls.pinDesk, Personal: personal{h.privacy}, MessageLaw: notify.Law{Quiet: h.Config.SMS.Quiet.quiet()}}
}

func pagesTask(l net.Listener, pages http.Handler, log *slog.Logger) task {
	return func(ctx context.Context) error {
		return serveHTTP(ctx, l, &http.Server{
			Handler:           pages,
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       30 * time.Second,
			WriteTimeout:      30 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    16 << 10,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		})
	}
}

// readPages reads the pages, words and official reasons that this program carries.
func readPages() (pages *web.Pages, reasons web.Reasons, dist fs.FS, err error) {
	sub := func(folder string) fs.FS {
		f, bad := fs.Sub(webkiosk.FS(), folder)
		err = errors.Join(err, bad)
		return f
	}
	rate, dist := sub("src/rate"), sub("dist")
	shared, bad := sharedFiles()
	if err = errors.Join(err, bad); err != nil {
		return nil, nil, nil, err
	}
	if pages, err = web.ReadPages(rate, shared); err != nil {
		return nil, nil, nil, err
	}
	data, err := fs.ReadFile(configs.FS(), "reasons.json")
	if err != nil {
		return nil, nil, nil, err
	}
	reasons, err = web.ReadReasons(data)
	return pages, reasons, dist, err
}

// sharedFiles are the words and tokens of all pages.
func sharedFiles() (fs.FS, error) { return fs.Sub(webkiosk.FS(), "src/shared") }

// trusted returns the proxies, which ReadConfig has checked.
func (c Config) trusted() []netip.Prefix {
	var nets []netip.Prefix
	for _, p := range c.TrustedProxies {
		if n, err := parsePrefix(p); err == nil {
			nets = append(nets, n)
		}
	}
	return nets
}

// reached returns the names under which browsers reach the office, and whether by TLS.
func (o Office) reached() (hosts []string, secure bool) {
	if u, err := url.Parse(o.URL); err == nil && u.Host != "" {
		return []string{u.Hostname()}, u.Scheme == "https"
	}
	return nil, false
}

// warnOfUnknownAgents names the halls that nobody could tell of.
func warnOfUnknownAgents(c Config, agents *roster, log *slog.Logger) {
	for _, h := range c.Halls {
		for _, name := range h.agents() {
			if !agents.May(name) {
				log.Warn("the agent of a hall is not enrolled: hall-hub agent add "+name, "hall", h.catalogue.Hall.ID)
			}
		}
	}
}
