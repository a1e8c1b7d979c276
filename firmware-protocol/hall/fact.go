package hall

import (
	"errors"
	"time"
)

// Type names what an event tells. The set is closed for one version of the software; an event of another type is
// kept and answered as unknown (design §3).
type Type string

// What agents tell.
const (
	TypeTicketBooked      Type = "ticket.booked"
	TypeTicketConfirmed   Type = "ticket.confirmed"
	TypeTicketIssued      Type = "ticket.issued"
	TypeTicketCalled      Type = "ticket.called"
	TypeTicketRecalled    Type = "ticket.recalled"
	TypeTicketMoved       Type = "ticket.moved"
	TypeTicketHeld        Type = "ticket.held"
	TypeTicketResumed     Type = "ticket.resumed"
	TypeTicketMissed      Type = "ticket.missed"
	TypeTicketReturned    Type = "ticket.returned"
	TypeTicketTransferred Type = "ticket.transferred"
	TypeTicketAdmitted    Type = "ticket.admitted"
	TypeTicketQueued      Type = "ticket.queued"
	TypeTicketCancelled   Type = "ticket.cancelled"
	TypeTicketFinished    Type = "ticket.finished"
	TypeTicketWithdrawn   Type = "ticket.withdrawn"
	TypeTicketClassed     Type = "ticket.classed"
	TypeTicketNoted       Type = "ticket.noted"

	TypeVisitOpened   Type = "visit.opened"
	TypeVisitServed   Type = "visit.served"
	TypeVisitFinished Type = "visit.finished"

	TypeRatingInvited Type = "rating.invited"
	TypeRatingGiven   Type = "rating.given"
	TypeRatingRepeat  Type = "rating.repeat"
	TypeRatingUnbound Type = "rating.unbound"

	TypeRatingExplained Type = "rating.explained"

	TypePaperPrinted Type = "paper.printed"
	TypePaperFailed  Type = "paper.failed"

	TypeCaseAccepted    Type = "case.accepted"
	TypeCaseReturned    Type = "case.returned"
	TypeCaseResubmitted Type = "case.resubmitted"
	TypeCaseDecided     Type = "case.decided"
	TypeCaseDelivered   Type = "case.delivered"
	TypeCaseRefused     Type = "case.refused"
	TypeCaseUndone      Type = "case.undone"
	TypeNoticePrinted   Type = "notice.printed"

	TypeWindowOpened  Type = "window.opened"
	TypeWindowPaused  Type = "window.paused"
	TypeWindowResumed Type = "window.resumed"
	TypeWindowClosed  Type = "window.closed"
	TypeStaffOn       Type = "staff.on"
	TypeStaffOff      Type = "staff.off"
	TypeStaffLocked   Type = "staff.locked"

	TypeDeviceUp      Type = "device.up"
	TypeDeviceDown    Type = "device.down"
	TypeDeviceChanged Type = "device.changed"
	TypeDeviceAdopted Type = "device.adopted"
	TypeDeviceFault   Type = "device.fault"

	TypeCommandDone    Type = "command.done"
	TypeCommandRefused Type = "command.refused"
	TypeCommandSeen    Type = "command.seen"
	TypeServiceClosed  Type = "service.closed"
	TypeServiceOpened  Type = "service.opened"
	TypeOutageBegan    Type = "outage.began"
	TypeOutageEnded    Type = "outage.ended"
	TypeAlertRaised    Type = "alert.raised"
	TypeAlertClosed    Type = "alert.closed"

	TypeAgentStarted  Type = "agent.started"
	TypeConfigApplied Type = "agent.config_applied"
	TypeClockStepped  Type = "agent.clock_stepped"
	TypeAgentGap      Type = "agent.gap"
	TypeAgentForked   Type = "agent.forked"

	TypeCertificateAsked Type = "agent.certificate_asked"
	TypeCatalogueApplied Type = "agent.catalogue_applied"
	TypeCatalogueRefused Type = "agent.catalogue_refused"
)

// What people and clocks decide at the hub, in the hub's own stream. A phone's rating is a TypeRatingGiven there.
const (
	TypeRatingDrafted Type = "rating.drafted"
	TypeFindingOpened Type = "finding.opened"
	TypeHubRestored   Type = "hub.restored"
)

// Fact is the body of an event. Facts are values; they hold no personal data and no free text (design §2).
type Fact interface{ Type() Type }

// Kinds of refusal of a fact that cannot be read.
var (
	// ErrUnknownType is returned for a type this version does not know. The event is kept.
	ErrUnknownType = errors.New("unknown event type")
	// ErrMalformed is returned for a known type whose body cannot be what it says.
	ErrMalformed = errors.New("malformed event body")
)

type (
	// TicketIssued: a number was given out. CodeSHA is SHA-256(hall ‖ number ‖ day ‖ code), in hex (design §4).
	TicketIssued struct {
		Ticket  ID     `json:"ticket"`
		Number  string `json:"number"` // A001
		Letter  string `json:"letter"`
		Day     Day    `json:"day"`  // the business day
		Item    string `json:"item"` // code of the ServiceItem, empty where the letter alone was chosen
		Ahead   int    `json:"ahead"`
		CodeSHA string `json:"code_sha,omitempty"`

		Class   Class   `json:"class,omitempty"`   // whom the rule of the queue lets go before others
		Purpose Purpose `json:"purpose,omitempty"` // empty: to apply
		Cases   int     `json:"cases,omitempty"`   // on this one number; 0: one
		Stops   int     `json:"stops,omitempty"`   // places it goes to after the first
		With    ID      `json:"with,omitzero"`     // an earlier ticket of the same person

		P50Mins   int    `json:"p50_mins,omitempty"`  // how long it was told to wait, one time in two; 0: nothing was told
		P90Mins   int    `json:"p90_mins,omitempty"`  // nine times in ten
		Errand    string `json:"errand,omitempty"`    // code of the item he came for, where its route begins with another
		Situation string `json:"situation,omitempty"` // of the item he came for
	}
	// TicketBooked 预约: a place in a queue is kept for somebody at a time. Number is the one of the booking; CodeSHA is made with
	// it as in TicketIssued. A token is sealed for who booked at the hub, whose command it answers.
	TicketBooked struct {
		Ticket    ID        `json:"ticket"`
		Number    string    `json:"number"` // YA001
		Letter    string    `json:"letter"`
		Day       Day       `json:"day"` // on which it holds
		Due       time.Time `json:"due"`
		Item      string    `json:"item"`
		Errand    string    `json:"errand,omitempty"` // as in TicketIssued
		Situation string    `json:"situation,omitempty"`
		CodeSHA   string    `json:"code_sha,omitempty"`
		Command   string    `json:"command,omitempty"` // empty: booked in the hall
		Token     *Sealed   `json:"token,omitempty"`
	}
	// TicketConfirmed: who booked has arrived. Next to it stands its TicketIssued, with the number by which it is called.
	TicketConfirmed struct {
		Ticket ID `json:"ticket"`
	}
	// TicketCalled: the first call of a ticket to a window.
	TicketCalled struct {
		Ticket ID     `json:"ticket"`
		Window string `json:"window"`
	}
	// TicketRecalled: called once more; Calls counts all calls so far.
	TicketRecalled struct {
		Ticket ID     `json:"ticket"`
		Window string `json:"window"`
		Calls  int    `json:"calls"`
	}
	// TicketMoved: it was called out of turn, by who sits at Window. Next to it stands its TicketCalled.
	TicketMoved struct {
		Ticket ID       `json:"ticket"`
		Window string   `json:"window"`
		Staff  string   `json:"staff"`
		Ahead  int      `json:"ahead"` // how many would have been called before it
		Why    MovedWhy `json:"why"`
	}
	// TicketHeld: its visit is parked; who served him takes him back, or a stand-in does (补件返号). It is no end.
	TicketHeld struct {
		Ticket ID      `json:"ticket"`
		Visit  ID      `json:"visit"`
		Window string  `json:"window"`
		Why    HeldWhy `json:"why"`
	}
	// TicketResumed: the parked visit goes on, without a new call.
	TicketResumed struct {
		Ticket ID     `json:"ticket"`
		Visit  ID     `json:"visit"`
		Window string `json:"window"`
		Staff  string `json:"staff"`
	}
	// TicketMissed: called, nobody came.
	TicketMissed struct {
		Ticket ID     `json:"ticket"`
		Window string `json:"window"`
	}
	// TicketReturned: who was missed has come after all, and waits again.
	TicketReturned struct {
		Ticket ID  `json:"ticket"`
		Ahead  int `json:"ahead"`
	}
	// TicketTransferred: it was passed on and keeps its place: to a letter, and there to a window or a clerk where
	// these are named. Visit is the visit that goes on, zero where it ended here. Clerk stays responsible for it
	// until another serves it (首问责任). To another Agent of the hall it is passed on for the Hop-th time, and Move is the
	// signed word of it (uplink.SignMove), for the hub to carry.
	TicketTransferred struct {
		Ticket ID     `json:"ticket"`
		From   string `json:"from"`
		Letter string `json:"letter"`
		Window string `json:"window,omitempty"`
		Staff  string `json:"staff,omitempty"`
		Visit  ID     `json:"visit,omitzero"`
		Clerk  string `json:"clerk"`
		Ahead  int    `json:"ahead"`

		Agent string `json:"agent,omitempty"`
		Hop   int    `json:"hop,omitempty"`
		Move  string `json:"move,omitempty"`
	}
	// TicketQueued: one of its stops is done; it waits for the next one and keeps its place.
	TicketQueued struct {
		Ticket ID     `json:"ticket"`
		Letter string `json:"letter"`
		Item   string `json:"item,omitempty"`
		Window string `json:"window,omitempty"`
		Ahead  int    `json:"ahead"`
	}
	// TicketCancelled: its holder does not want it any more, or it was a mistake.
	TicketCancelled struct {
		Ticket ID      `json:"ticket"`
		Window string  `json:"window,omitempty"` // where it had been called to
		Why    DropWhy `json:"why"`
	}
	// TicketFinished: its holder was served.
	TicketFinished struct {
		Ticket ID     `json:"ticket"`
		Window string `json:"window"`
	}
	// TicketWithdrawn: its day ended before it was called, or it was booked and its holder did not arrive in time.
	TicketWithdrawn struct {
		Ticket ID           `json:"ticket"`
		Why    WithdrawnWhy `json:"why,omitempty"` // empty: its day ended
	}
	// TicketClassed: whom the rule lets go before others was corrected, while the ticket waited.
	TicketClassed struct {
		Ticket ID         `json:"ticket"`
		Was    Class      `json:"was,omitempty"`   // empty: none
		Class  Class      `json:"class,omitempty"` // empty: none any more
		Why    ClassedWhy `json:"why"`
		Ahead  int        `json:"ahead"`
	}
	// TicketNoted: something about its holder that whoever serves him must know.
	TicketNoted struct {
		Ticket ID         `json:"ticket"`
		Note   TicketNote `json:"note"`
	}

	// VisitOpened: a call opened a visit.
	VisitOpened struct {
		Visit  ID     `json:"visit"`
		Ticket ID     `json:"ticket"`
		Window string `json:"window"`
		Staff  string `json:"staff"` // badge
		Unit   string `json:"unit"`
		Item   string `json:"item"`
	}
	// VisitServed: service began; where the visit was passed on to another window of its unit, there. Who serves is named
	// from the second time on.
	VisitServed struct {
		Visit  ID     `json:"visit"`
		Window string `json:"window,omitempty"`
		Staff  string `json:"staff,omitempty"`
	}
	// VisitFinished: the visit ended. Rated says that a bound press had rated it before the end. ByNext says that the
	// clerk's next call ended it.
	VisitFinished struct {
		Visit   ID      `json:"visit"`
		Staff   string  `json:"staff"`
		Outcome Outcome `json:"outcome"`
		ByNext  bool    `json:"by_next,omitempty"`
		Rated   bool    `json:"rated,omitempty"`
	}

	// RatingInvited: the citizen was asked at the pad, from Visit's finish until Until at the latest.
	RatingInvited struct {
		Visit  ID        `json:"visit"`
		Window string    `json:"window"`
		Until  time.Time `json:"until"`
	}
	// RatingGiven: a citizen's answer that can become a visit's rating: a bound press (Press set), or a form sent from a
	// phone (Press nil, Answer set).
	RatingGiven struct {
		Ticket        ID       `json:"ticket"`
		Visit         ID       `json:"visit"` // zero for a phone's answer that is ahead of its visit: pending
		Window        string   `json:"window,omitempty"`
		Level         Level    `json:"level"`
		Channel       Channel  `json:"channel"`
		Press         *Press   `json:"press,omitempty"`
		Answer        string   `json:"answer,omitempty"` // id of the form, unique at the hub: a form sent twice is one answer
		Reasons       []string `json:"reasons,omitempty"`
		ReasonMissing bool     `json:"reason_missing,omitempty"` // bad, and no reason was given; it is never invented
		Withheld      bool     `json:"withheld,omitempty"`       // 不公开
		Named         bool     `json:"named,omitempty"`          // 实名: gave name or phone
		Callback      bool     `json:"callback,omitempty"`       // agreed to be called
		Lapsed        bool     `json:"lapsed,omitempty"`         // a draft that became the answer by itself (screens, rate)
		Ref           string   `json:"ref,omitempty"`            // where text, name and phone lie apart
		RefSHA        string   `json:"ref_sha,omitempty"`        // their salted SHA-256, hex
		// What an answer shows that came neither by a press nor by the ticket itself.
		Call  *HotlineCall `json:"call,omitempty"`  // on the hotline: the recorded call in which the citizen said it
		Reply string       `json:"reply,omitempty"` // by SMS: id of the reminder that it answers, by text or through its link
	}
	// RatingRepeat: a further press at the window of a visit already rated there (domain §3.11).
	RatingRepeat struct {
		Visit   ID      `json:"visit"`
		Window  string  `json:"window"`
		Press   Press   `json:"press"`
		Channel Channel `json:"channel,omitempty"` // empty: pad
	}
	// RatingUnbound: a press that belongs to no visit (domain §3.11).
	RatingUnbound struct {
		Window  string     `json:"window"`
		Why     UnboundWhy `json:"why"`
		Press   Press      `json:"press"`
		Channel Channel    `json:"channel,omitempty"` // empty: pad
	}
	// RatingExplained: right after his press, on the same tablet, the citizen chose official reasons of its level
	// (domain §3.7). The press is the one that became the rating; its level stays.
	RatingExplained struct {
		Ticket  ID       `json:"ticket"`
		Visit   ID       `json:"visit"`
		Press   PressKey `json:"press"`
		Reasons []string `json:"reasons"`
	}
	// RatingDrafted: the first tap on the phone, kept at once; it becomes the answer when sent, or by itself later.
	RatingDrafted struct {
		Ticket  ID      `json:"ticket"`
		Visit   ID      `json:"visit"`
		Answer  string  `json:"answer"`
		Level   Level   `json:"level"`
		Channel Channel `json:"channel,omitempty"` // empty: qr
		Reply   string  `json:"reply,omitempty"`   // on the page behind the link of an SMS: id of that message
	}

	// PaperPrinted: a ticket's paper came out, as far as the printer can tell; or the slip of a case or the notice that began
	// with the ticket.
	PaperPrinted struct {
		Ticket ID     `json:"ticket"`
		Device string `json:"device"`
		Case   ID     `json:"case,omitzero"`   // its acceptance slip, or its refusal
		Notice ID     `json:"notice,omitzero"` // the notice slip
	}
	// PaperFailed: no paper, or nobody knows.
	PaperFailed struct {
		Ticket ID      `json:"ticket"`
		Device string  `json:"device"`
		Why    Trouble `json:"why"`
		Case   ID      `json:"case,omitzero"`
		Notice ID      `json:"notice,omitzero"`
	}

	// WindowOpened: staffed and ready.
	WindowOpened struct {
		Window string `json:"window"`
		Staff  string `json:"staff"`
	}
	// WindowPaused: the clerk stopped taking people for a while.
	WindowPaused struct {
		Window string    `json:"window"`
		Staff  string    `json:"staff"`
		Why    PausedWhy `json:"why,omitempty"`
	}
	// WindowResumed: the pause is over.
	WindowResumed struct {
		Window string `json:"window"`
		Staff  string `json:"staff"`
	}
	// WindowClosed: nobody serves there any more.
	WindowClosed struct {
		Window string `json:"window"`
		Staff  string `json:"staff"`
	}
	// StaffOn: a clerk signed on at a window: its own, or For whom he takes the place of. Also is another window of this
	// agent where he is still signed on; whether that is 串岗 the hub judges.
	StaffOn struct {
		Window string `json:"window"`
		Staff  string `json:"staff"`
		PIN    bool   `json:"pin,omitempty"` // he proved it
		For    string `json:"for,omitempty"` // the window's own clerk, where that is another
		Also   string `json:"also,omitempty"`
	}
	// StaffOff: a clerk signed off, or was for Why.
	StaffOff struct {
		Window string `json:"window"`
		Staff  string `json:"staff"`
		Why    OffWhy `json:"why,omitempty"`
	}
	// StaffLocked: too many wrong PINs. Until then none is looked at: of the badge at any window, or where Staff is empty
	// of any badge at this window.
	StaffLocked struct {
		Window string    `json:"window"`
		Staff  string    `json:"staff,omitempty"`
		Wrong  int       `json:"wrong"`
		Until  time.Time `json:"until"`
	}

	// DeviceUp: a device answers. Device is its name in agent.yaml.
	DeviceUp struct {
		Device  string     `json:"device"`
		Kind    DeviceKind `json:"kind"`
		Window  string     `json:"window,omitempty"` // of a pad or tablet
		UID     PadUID     `json:"uid,omitempty"`
		Version string     `json:"version,omitempty"`
	}
	// DeviceDown: a device no longer answers.
	DeviceDown struct {
		Device string     `json:"device"`
		Kind   DeviceKind `json:"kind"`
		Window string     `json:"window,omitempty"`
		Why    Trouble    `json:"why"`
	}
	// DeviceChanged: another pad now hangs at a window's port.
	DeviceChanged struct {
		Device string `json:"device"`
		Window string `json:"window"`
		From   PadUID `json:"from"`
		To     PadUID `json:"to"`
	}
	// DeviceAdopted: presses above From up to To of this boot of a pad never reached this store; counting goes on
	// after To (design §1.1). The hub compares with what it knows: what is missing there is a finding.
	DeviceAdopted struct {
		Device string `json:"device"`
		UID    PadUID `json:"uid"`
		Boot   uint32 `json:"boot"`
		From   uint32 `json:"from"`
		To     uint32 `json:"to"`
	}
	// DeviceFault: a device works wrongly. Clears when Fault is empty or at the next DeviceUp.
	DeviceFault struct {
		Device string     `json:"device"`
		Kind   DeviceKind `json:"kind"`
		Window string     `json:"window,omitempty"`
		Fault  Trouble    `json:"fault"`
		Count  uint32     `json:"count,omitempty"` // presses dropped, for overflow; times in the pad's life, for pulled and opened
	}

	// AgentStarted is the first event of each start; as the first event of an epoch it names the one before.
	AgentStarted struct {
		Version   string     `json:"version"`
		Instance  string     `json:"instance"`
		Hall      string     `json:"hall"`
		Catalogue string     `json:"catalogue"` // SHA-256 of the one in force, hex
		Tag       uint16     `json:"tag"`
		Before    *EpochEnd  `json:"before,omitempty"`
		Reason    EpochCause `json:"reason,omitempty"`
	}
	// ConfigApplied: the hub's configuration of this version is in force.
	ConfigApplied struct {
		Version uint64 `json:"version"`
	}
	// CatalogueApplied: the hall works by this version of its catalogue.
	CatalogueApplied struct {
		Version uint64 `json:"version"`
		SHA     string `json:"sha"` // SHA-256 of its text, hex
	}
	// CatalogueRefused: the hall goes on by the version before. What is refused because of people is taken by itself when
	// they have gone home, and then told as applied.
	CatalogueRefused struct {
		Version uint64       `json:"version"`
		SHA     string       `json:"sha"`
		Why     CatalogueWhy `json:"why"`
		What    string       `json:"what,omitempty"` // what stands in the way: a letter, an item, a window, a badge; or the first fault
	}
	// ClockStepped: the wall clock was set. Up is of the start in which it was; the clock went from From to To.
	ClockStepped struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	}
	// AgentGap: events that this agent once numbered and no longer has.
	AgentGap struct {
		Epoch string `json:"epoch"`
		From  uint64 `json:"from"`
		To    uint64 `json:"to"` // 0: nobody knows
	}
	// AgentForked: the hub holds other bytes after At of Epoch; what followed there is told again here.
	AgentForked struct {
		Epoch string `json:"epoch"`
		At    uint64 `json:"at"`
	}
	// CertificateAsked: the agent wants a certificate of the hub's CA for its screens on the hall's network. CSR is a
	// certificate request in DER, base64; the answer comes with the configuration.
	CertificateAsked struct {
		CSR string `json:"csr"`
	}

	// FindingOpened: a rule of the hub caught something that a person must look at.
	FindingOpened struct {
		Rule   Rule     `json:"rule"`
		Agent  string   `json:"agent"` // name
		Epoch  string   `json:"epoch,omitempty"`
		From   uint64   `json:"from,omitempty"`
		To     uint64   `json:"to,omitempty"`
		UID    PadUID   `json:"uid,omitempty"`
		Boot   uint32   `json:"boot,omitempty"`
		Seqs   []uint32 `json:"seqs,omitempty"` // lost presses, each by its number; at most 1,000 a finding
		Window string   `json:"window,omitempty"`
	}
	// HubRestored: the hub's database was put back. What only the hub heard between Copied and Restored is lost.
	HubRestored struct {
		Copied   time.Time `json:"copied"`
		Restored time.Time `json:"restored"`
	}
)

// HotlineCall is a recorded call of a citizen to the hotline, and who took it.
type HotlineCall struct {
	Operator string `json:"operator"` // account
	ID       string `json:"id"`       // of the recording
}

// EpochEnd names an epoch of an agent and the last event in it that the agent knows of.
type EpochEnd struct {
	Epoch string `json:"epoch"`
	Last  uint64 `json:"last"`
}

// EpochCause says why an agent began a new epoch.
type EpochCause string

// The causes.
const (
	EpochFirst  EpochCause = "first"  // no store, no marks: a new agent, or one that lost all it had
	EpochBehind EpochCause = "behind" // the store is behind its marks: it was put back
	EpochTorn   EpochCause = "torn"   // the store could not be read and was set aside
	EpochFork   EpochCause = "fork"   // the hub holds other bytes
)

// DeviceKind says what a device is.
type DeviceKind string

// The kinds of devices.
const (
	KindPad     DeviceKind = "pad"     // 评价器
	KindTablet  DeviceKind = "tablet"  // 评价平板: a pad drawn on a paired browser
	KindPrinter DeviceKind = "printer" // 取号打印机
)

// RefusedWhy says why an agent does not carry out a command.
type RefusedWhy string

// The reasons.
const (
	RefusedUnknown   RefusedWhy = "unknown"   // a kind of command that this agent does not know
	RefusedExpired   RefusedWhy = "expired"   // it came too late
	RefusedMissing   RefusedWhy = "missing"   // its window, letter or unit is not in this hall
	RefusedMalformed RefusedWhy = "malformed" // it does not say what its kind must
	RefusedFull      RefusedWhy = "full"      // at this time every place is booked
	RefusedClosed    RefusedWhy = "closed"    // this time cannot be booked
	RefusedOver      RefusedWhy = "over"      // its holder has arrived, or the booking has ended
)

// Trouble says what troubles a device. Screens and operators read the words of these codes from the catalogue of words.
type Trouble string

// The troubles.
const (
	TroubleMissing   Trouble = "missing"    // the port is not there
	TroubleTaken     Trouble = "taken"      // another program holds the port
	TroubleDenied    Trouble = "denied"     // the port is there, this program may not open it: its user is not in the group dialout
	TroubleNoAnswer  Trouble = "no-answer"  // the port is there, nothing answers
	TroubleStuck     Trouble = "stuck"      // a write does not end: switched off behind flow control
	TroubleGarbage   Trouble = "garbage"    // what arrives is not the protocol: wrong rate, wrong device
	TroubleOverflow  Trouble = "overflow"   // the pad's queue was full and presses were dropped
	TroublePulled    Trouble = "pulled"     // the pad's cable was pulled while it had power
	TroubleOpened    Trouble = "opened"     // the pad's case was opened
	TroubleIdentity  Trouble = "identity"   // two presses, or two ports, under one name
	TroubleVersion   Trouble = "version"    // speaks a version of the protocol that this agent does not
	TroublePaperOut  Trouble = "paper-out"  // 缺纸
	TroublePaperLow  Trouble = "paper-low"  // 纸将尽
	TroubleCover     Trouble = "cover"      // 上盖打开
	TroubleOffline   Trouble = "offline"    // the printer says so
	TroubleKnife     Trouble = "knife"      // 切刀卡住
	TroubleHot       Trouble = "hot"        // 打印头过热
	TroubleError     Trouble = "error"      // the printer's own error, not named further
	TroubleDoubtful  Trouble = "doubtful"   // the job was sent and nobody knows whether it came out
	TroubleBusy      Trouble = "busy"       // more jobs wait than a printer gets done
	TroubleNoAddress Trouble = "no-address" // no public_url: no QR can be printed
)

// Rule is a rule of the hub whose breach opens a finding.
type Rule string

// The rules.
const (
	FindingPressHole    Rule = "press.hole"    // presses that a pad gave away and nobody holds
	FindingEpochSilent  Rule = "epoch.silent"  // an epoch ended without a word
	FindingEpochGap     Rule = "epoch.gap"     // an agent declared events lost
	FindingEpochFork    Rule = "epoch.fork"    // a store was put back or copied
	FindingPadIdentity  Rule = "pad.identity"  // one press, two meanings
	FindingTwoInstances Rule = "agent.twice"   // two programs under one name
	FindingHubRestored  Rule = "hub.restored"  // the hub's database was put back
	FindingEventRefused Rule = "event.refused" // an event that the hub could not carry out
)
