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
	TypeVisitDown     Type = "visit.down"

	TypeRatingInvited Type = "rating.invited"
	TypeRatingGiven   Type = "rating.given"
	TypeRatingRepeat  Type = "rating.repeat"
	TypeRatingUnbound Type = "rating.unbound"

	TypeRatingExplained Type = "rating.explained"
	TypeRatingAssisted  Type = "rating.assisted"

	TypePaperPrinted   Type = "paper.printed"
	TypePaperReprinted Type = "paper.reprinted"
	TypePaperFailed    Type = "paper.failed"

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
	TypePINChosen     Type = "staff.pin_chosen"

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
	// signed word of it (uplink.SignMove), for the hub to carry. Private is a box that goes with it, sealed to Agent: the hub
	// cannot open it, and the SHA is that of the box.
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

		Private Sealed `json:"private,omitzero"`
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

	// VisitDown: the system of the unit that answers for the visit was down, by declaration, when service began or while it
	// went on. Told once. What its citizen says of it goes to the platform (domain §6).
	VisitDown struct {
		Visit ID `json:"visit"`
	}

	// RatingAssisted 协助评价: By helps the citizen of Visit to press at Window. Told once, before the press or after it. It rates
	// nothing: what is pressed there for the visit, and nothing else, is marked with it (domain §3.13).
	RatingAssisted struct {
		Visit  ID     `json:"visit"`
		Window string `json:"window"`
		By     string `json:"by"` // badge; nobody who served the visit
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
	// PaperReprinted: the same once more, marked 补打, because somebody asked for it.
	PaperReprinted struct {
		Ticket ID      `json:"ticket"`
		Device string  `json:"device"`
		After  Trouble `json:"after,omitempty"` // of the try before; empty: that came out
		Case   ID      `json:"case,omitzero"`
		Notice ID      `json:"notice,omitzero"`
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
	// PINChosen: a clerk chose another PIN with the one-time code that a manager gave him. What checks it lies apart.
	PINChosen struct {
		Window string `json:"window"`
		Staff  string `json:"staff"`
		Help   string `json:"help"` // by which he did: of the hub's configuration

		Verifier Sealed `json:"verifier"`
	}
)

// HotlineCall is a recorded call of a citizen to the hotline, and who took it.
type HotlineCall struct {
	Operator string `json:"operator"` // account
	ID       string `json:"id"`       // of the recording
}
