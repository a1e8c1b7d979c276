package hall

// CaseKind 办件类型 says when an item is decided.
type CaseKind string

// The kinds. Empty is committed.
const (
	CaseOnTheSpot CaseKind = "spot"      // 即办件: in the visit that brings it
	CaseCommitted CaseKind = "committed" // 承诺件: within the promised limit
)

// ApplicantKind says for whom a case is. Who it is lies apart (design §2).
type ApplicantKind string

// The kinds of applicants, and in comments the national code userProp (codes.md). Empty: nobody asked.
const (
	ApplicantPerson     ApplicantKind = "person"     // 自然人, 1
	ApplicantEnterprise ApplicantKind = "enterprise" // 企业法人, 2
	ApplicantOther      ApplicantKind = "other"      // 其他组织, 9
)

// ApplicantKinds returns every kind.
func ApplicantKinds() []ApplicantKind {
	return []ApplicantKind{ApplicantPerson, ApplicantEnterprise, ApplicantOther}
}

// CaseState is where a case stands (domain §7).
type CaseState string

// The states of a case. Its promised limit runs while it is accepted.
const (
	CaseIsAccepted  CaseState = "accepted"  // 受理
	CaseIsReturned  CaseState = "returned"  // 补正: the clock stands
	CaseIsDecided   CaseState = "decided"   // 办结
	CaseIsDelivered CaseState = "delivered" // 送达
	CaseIsRefused   CaseState = "refused"   // 不予受理: decided, and not yet told
	CaseIsTold      CaseState = "told"      // 不予受理决定已送达: the refusal is complete
	CaseIsUndone    CaseState = "undone"    // its very acceptance was a mistake
)

// caseSteps is the machine of a case: which step leads where. The empty state is a case that is not there yet.
//
//	          accepted     returned      resubmitted  decided  delivered         refused
//	(none)    → accepted                                                         → refused
//	accepted               → returned                 → decided                  → refused
//	returned                             → accepted                              → refused
//	decided                                                    → delivered
//	refused                                                    → told
func caseSteps() map[CaseState]map[Type]CaseState {
	return map[CaseState]map[Type]CaseState{
		"":             {TypeCaseAccepted: CaseIsAccepted, TypeCaseRefused: CaseIsRefused},
		CaseIsAccepted: {TypeCaseReturned: CaseIsReturned, TypeCaseDecided: CaseIsDecided, TypeCaseRefused: CaseIsRefused},
		CaseIsReturned: {TypeCaseResubmitted: CaseIsAccepted, TypeCaseRefused: CaseIsRefused},
		CaseIsDecided:  {TypeCaseDelivered: CaseIsDelivered},
		CaseIsRefused:  {TypeCaseDelivered: CaseIsTold},
	}
}

// After returns where a case stands after one more step, and whether the step can be taken from s. Undoing is no step of
// this table: it leads back to where the last step began.
func (s CaseState) After(step Type) (CaseState, bool) {
	to, ok := caseSteps()[s][step]
	return to, ok
}

// CaseResult is how a case was decided.
type CaseResult string

// The results.
const (
	CaseGranted CaseResult = "granted" // 准予
	CaseDenied  CaseResult = "denied"  // 不予
)

// CaseRefusedWhy is why an application is not accepted 不予受理. It is printed with basis, remedy and its limit.
type CaseRefusedWhy string

// The reasons (Administrative Licensing Law, article 32 (1), (2); the third is ours).
const (
	CaseNotNeeded CaseRefusedWhy = "not-needed" // 依法不需要办理
	CaseNotOurs   CaseRefusedWhy = "not-ours"   // 不属于本机关职权范围
	CaseNotMet    CaseRefusedWhy = "not-met"    // 不符合受理条件
)

// CaseRefusedWhys returns every reason.
func CaseRefusedWhys() []CaseRefusedWhy {
	return []CaseRefusedWhy{CaseNotNeeded, CaseNotOurs, CaseNotMet}
}

// DeliveryRoad is how the result of a case reaches its applicant.
type DeliveryRoad string

// The roads.
const (
	DeliveredAtWindow DeliveryRoad = "window" // 窗口领取
	DeliveredByPost   DeliveryRoad = "post"   // 邮寄
	DeliveredOnline   DeliveryRoad = "online" // 电子证照
)

// DeliveryRoads returns every road.
func DeliveryRoads() []DeliveryRoad {
	return []DeliveryRoad{DeliveredAtWindow, DeliveredByPost, DeliveredOnline}
}

// AgainWhy is why somebody is told a second time what is missing. Once is the rule (一次性告知): each of these is
// looked at.
type AgainWhy string

// The reasons.
const (
	AgainOverlooked AgainWhy = "overlooked" // 上次漏说了
	AgainWrong      AgainWhy = "wrong"      // 补来的不合格
	AgainChanged    AgainWhy = "changed"    // 情况变了
)

// AgainWhys returns every reason.
func AgainWhys() []AgainWhy { return []AgainWhy{AgainOverlooked, AgainWrong, AgainChanged} }

// WaivedWhy is why a material of the list is not asked for 免交.
type WaivedWhy string

// The reasons.
const (
	WaivedShared  WaivedWhy = "shared"  // 数据共享: read from another unit's register
	WaivedPromise WaivedWhy = "promise" // 告知承诺制: he promises it in writing instead
	WaivedLicence WaivedWhy = "licence" // 电子证照: shown as a certificate on the phone
)

// WaivedWhys returns every reason.
func WaivedWhys() []WaivedWhy { return []WaivedWhy{WaivedShared, WaivedPromise, WaivedLicence} }

// Waived 免交 is a material that is not asked for, by its name in the published list of the item.
type Waived struct {
	Material string    `json:"material"`
	Why      WaivedWhy `json:"why"`
}

type (
	// CaseAt is what every step of a case says: which case, and where and by whom the step was taken. Visit is the visit
	// in which it was, zero where the citizen was not there.
	CaseAt struct {
		Case   ID     `json:"case"`
		Visit  ID     `json:"visit,omitzero"`
		Window string `json:"window"`
		Staff  string `json:"staff"`
	}
	// CaseOpening is what a case is, told by its first step. Limits are working days as published on that day; 0 is none.
	// CodeSHA is of the code on its acceptance slip 受理回执, as TicketIssued has it, with Number and Day. Waived is what was
	// not asked for.
	CaseOpening struct {
		Number    string        `json:"number"` // 办件编号, unique over all halls
		Day       Day           `json:"day"`
		Ticket    ID            `json:"ticket"`
		Item      string        `json:"item"`
		Unit      string        `json:"unit"` // that owns the item and answers for it
		Kind      CaseKind      `json:"kind"`
		Legal     int           `json:"legal,omitempty"`    // 法定时限
		Promised  int           `json:"promised,omitempty"` // 承诺时限
		Delivers  bool          `json:"delivers,omitempty"` // a result is handed over or sent
		Applicant ApplicantKind `json:"applicant,omitempty"`
		Private   Sealed        `json:"private,omitzero"` // name and phone of the applicant
		CodeSHA   string        `json:"code_sha,omitempty"`
		Waived    []Waived      `json:"waived,omitempty"`
	}
	// CaseAccepted 受理: the limit begins to run.
	CaseAccepted struct {
		CaseAt
		CaseOpening
	}
	// CaseReturned 补正: the applicant is told, once, all that is missing; the clock stands until he brings it.
	CaseReturned struct {
		CaseAt
		Notice ID `json:"notice"` // its NoticePrinted stands next to it
	}
	// CaseResubmitted: what was missing is there; the clock runs on.
	CaseResubmitted struct{ CaseAt }
	// CaseDecided 办结.
	CaseDecided struct {
		CaseAt
		Result CaseResult `json:"result"`
	}
	// CaseDelivered 送达: the result, or the refusal, has reached the applicant.
	CaseDelivered struct {
		CaseAt
		Road DeliveryRoad `json:"road"`
	}
	// CaseRefused 不予受理. Opening is told where nobody had accepted it before.
	CaseRefused struct {
		CaseAt
		Why     CaseRefusedWhy `json:"why"`
		Opening *CaseOpening   `json:"opening,omitempty"`
	}
	// CaseUndone: the last step was a mistake; the case stands where it stood before. Nothing vanishes: both are kept.
	CaseUndone struct {
		CaseAt
		Step Type `json:"step"`
	}

	// NoticePrinted 一次性告知单: all that is missing, told once, on paper. Missing are materials by their names in the
	// published list of the item; what stands in no list is Other, and lies apart. Case is zero where nothing was
	// accepted; Visit where the citizen was not there, and Ticket is that which began the case then. Waived is what is not
	// asked for. Again says why it was told a second time.
	NoticePrinted struct {
		Notice  ID       `json:"notice"`
		Case    ID       `json:"case,omitzero"`
		Ticket  ID       `json:"ticket"`
		Visit   ID       `json:"visit,omitzero"`
		Window  string   `json:"window"`
		Staff   string   `json:"staff"`
		Item    string   `json:"item"`
		Missing []string `json:"missing,omitempty"`
		Other   Sealed   `json:"other,omitzero"`
		Waived  []Waived `json:"waived,omitempty"`
		Again   AgainWhy `json:"again,omitempty"`
	}
)

// On returns the step's own part: every fact of a case has it.
func (a CaseAt) On() CaseAt { return a }

// Step is a fact of a case.
type Step interface {
	Fact
	On() CaseAt
}

// Type returns TypeCaseAccepted.
func (CaseAccepted) Type() Type { return TypeCaseAccepted }

// Type returns TypeCaseReturned.
func (CaseReturned) Type() Type { return TypeCaseReturned }

// Type returns TypeCaseResubmitted.
func (CaseResubmitted) Type() Type { return TypeCaseResubmitted }

// Type returns TypeCaseDecided.
func (CaseDecided) Type() Type { return TypeCaseDecided }

// Type returns TypeCaseDelivered.
func (CaseDelivered) Type() Type { return TypeCaseDelivered }

// Type returns TypeCaseRefused.
func (CaseRefused) Type() Type { return TypeCaseRefused }

// Type returns TypeCaseUndone.
func (CaseUndone) Type() Type { return TypeCaseUndone }

// Type returns TypeNoticePrinted.
func (NoticePrinted) Type() Type { return TypeNoticePrinted }

// Sealed returns where the applicant lies.
func (f CaseAccepted) Sealed() []Sealed { return f.sealed() }

// Sealed returns where the applicant lies.
func (f CaseRefused) Sealed() []Sealed {
	if f.Opening == nil {
		return nil
	}
	return f.Opening.sealed()
}

func (o CaseOpening) sealed() []Sealed {
	if o.Private.Ref == "" {
		return nil
	}
	return []Sealed{o.Private}
}

// Sealed returns where what stands in no list lies.
func (f NoticePrinted) Sealed() []Sealed {
	if f.Other.Ref == "" {
		return nil
	}
	return []Sealed{f.Other}
}
