package hall

import "time"

// What agents say of themselves and of their devices, and what the hub finds about them.
type (
	// DeviceUp: a device answers. Device is its name in agent.yaml.
	DeviceUp struct {
		Device  string     `json:"device"`
		Kind    DeviceKind `json:"kind"`
		Window  string     `json:"window,omitempty"` // of a pad, tablet or sign
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
	KindSign    DeviceKind = "sign"    // 窗口屏: the page over a window, on a paired browser
	KindDisplay DeviceKind = "display" // 大屏: the page of the waiting room, likewise
	KindKiosk   DeviceKind = "kiosk"   // 取号机: the page on which people take a ticket, likewise
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
	TroubleDiffers   Trouble = "differs"    // a sign shows another thing than it was told
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
