package hall

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// DecodeFact reads the body of an event. It returns ErrUnknownType or ErrMalformed, wrapped. Fields it does not know
// are ignored: a newer agent may say more.
func DecodeFact(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeTicketBooked:
		return decode[TicketBooked](body)
	case TypeTicketConfirmed:
		return decode[TicketConfirmed](body)
	case TypeTicketIssued:
		return decode[TicketIssued](body)
	case TypeTicketCalled:
		return decode[TicketCalled](body)
	case TypeTicketRecalled:
		return decode[TicketRecalled](body)
	case TypeTicketMoved:
		return decode[TicketMoved](body)
	case TypeTicketHeld:
		return decode[TicketHeld](body)
	case TypeTicketResumed:
		return decode[TicketResumed](body)
	case TypeTicketReturned:
		return decode[TicketReturned](body)
	case TypeTicketAdmitted:
		return decode[TicketAdmitted](body)
	case TypeTicketTransferred:
		return decode[TicketTransferred](body)
	case TypeTicketQueued:
		return decode[TicketQueued](body)
	case TypeTicketCancelled:
		return decode[TicketCancelled](body)
	case TypeTicketMissed:
		return decode[TicketMissed](body)
	case TypeTicketFinished:
		return decode[TicketFinished](body)
	case TypeTicketWithdrawn:
		return decode[TicketWithdrawn](body)
	case TypeTicketClassed:
		return decode[TicketClassed](body)
	case TypeTicketNoted:
		return decode[TicketNoted](body)
	case TypeVisitOpened:
		return decode[VisitOpened](body)
	case TypeVisitServed:
		return decode[VisitServed](body)
	case TypeVisitFinished:
		return decode[VisitFinished](body)
	case TypeVisitDown:
		return decode[VisitDown](body)
	case TypeRatingInvited:
		return decode[RatingInvited](body)
	case TypeRatingGiven:
		return decode[RatingGiven](body)
	case TypeRatingRepeat:
		return decode[RatingRepeat](body)
	case TypeRatingUnbound:
		return decode[RatingUnbound](body)
	case TypeRatingExplained:
		return decode[RatingExplained](body)
	case TypeRatingAssisted:
		return decode[RatingAssisted](body)
	case TypeRatingDrafted:
		return decode[RatingDrafted](body)
	case TypePaperPrinted:
		return decode[PaperPrinted](body)
	case TypePaperReprinted:
		return decode[PaperReprinted](body)
	case TypePaperFailed:
		return decode[PaperFailed](body)
	case TypeWindowOpened:
		return decode[WindowOpened](body)
	case TypeWindowPaused:
		return decode[WindowPaused](body)
	case TypeWindowResumed:
		return decode[WindowResumed](body)
	case TypeWindowClosed:
		return decode[WindowClosed](body)
	case TypeStaffOn:
		return decode[StaffOn](body)
	case TypeStaffOff:
		return decode[StaffOff](body)
	case TypeStaffLocked:
		return decode[StaffLocked](body)
	case TypePINChosen:
		return decode[PINChosen](body)
	case TypeDeviceUp:
		return decode[DeviceUp](body)
	case TypeDeviceDown:
		return decode[DeviceDown](body)
	case TypeDeviceChanged:
		return decode[DeviceChanged](body)
	case TypeDeviceAdopted:
		return decode[DeviceAdopted](body)
	case TypeDeviceFault:
		return decode[DeviceFault](body)
	case TypeAgentStarted:
		return decode[AgentStarted](body)
	case TypeConfigApplied:
		return decode[ConfigApplied](body)
	case TypeCatalogueApplied:
		return decode[CatalogueApplied](body)
	case TypeCatalogueRefused:
		return decode[CatalogueRefused](body)
	case TypeClockStepped:
		return decode[ClockStepped](body)
	case TypeAgentGap:
		return decode[AgentGap](body)
	case TypeAgentForked:
		return decode[AgentForked](body)
	case TypeCertificateAsked:
		return decode[CertificateAsked](body)
	case TypeFindingOpened:
		return decode[FindingOpened](body)
	case TypeHubRestored:
		return decode[HubRestored](body)
	}
	for _, of := range []func(Type, []byte) (Fact, error){decodeCase, decodeCommand} {
		if f, err := of(t, body); !errors.Is(err, ErrUnknownType) {
			return f, err
		}
	}
	return decodeDeed(t, body)
}

// decodeCase reads the body of a step of a case.
func decodeCase(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeCaseAccepted:
		return decode[CaseAccepted](body)
	case TypeCaseReturned:
		return decode[CaseReturned](body)
	case TypeCaseResubmitted:
		return decode[CaseResubmitted](body)
	case TypeCaseDecided:
		return decode[CaseDecided](body)
	case TypeCaseDelivered:
		return decode[CaseDelivered](body)
	case TypeCaseRefused:
		return decode[CaseRefused](body)
	case TypeCaseUndone:
		return decode[CaseUndone](body)
	case TypeNoticePrinted:
		return decode[NoticePrinted](body)
	}
	return nil, ErrUnknownType
}

func decode[F Fact](body []byte) (Fact, error) {
	var f F
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte{'{'}) { // null would leave f as it is
		return nil, fmt.Errorf("%w: %s: no object", ErrMalformed, f.Type())
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrMalformed, f.Type(), err)
	}
	if r, ok := any(f).(interface{ verdicts() []Level }); ok {
		for _, l := range r.verdicts() {
			if !l.Valid() { // a level that is not there was not looked at by its UnmarshalJSON
				return nil, fmt.Errorf("%w: %s: no level", ErrMalformed, f.Type())
			}
		}
	}
	return f, nil
}

// verdicts are the levels that a fact cannot be without.
func (f RatingGiven) verdicts() []Level {
	if f.Press != nil {
		return []Level{f.Level, f.Press.Level}
	}
	return []Level{f.Level}
}

func (f RatingDrafted) verdicts() []Level { return []Level{f.Level} }
func (f RatingRepeat) verdicts() []Level  { return []Level{f.Press.Level} }
func (f RatingUnbound) verdicts() []Level { return []Level{f.Press.Level} }

// Type implements Fact.
func (TicketIssued) Type() Type { return TypeTicketIssued }

// Type implements Fact.
func (TicketBooked) Type() Type { return TypeTicketBooked }

// Type implements Fact.
func (TicketConfirmed) Type() Type { return TypeTicketConfirmed }

// Sealed implements Texts.
func (b TicketBooked) Sealed() []Sealed {
	if b.Token == nil {
		return nil
	}
	return []Sealed{*b.Token}
}

// Type implements Fact.
func (TicketCalled) Type() Type { return TypeTicketCalled }

// Type implements Fact.
func (TicketRecalled) Type() Type { return TypeTicketRecalled }

// Type implements Fact.
func (TicketMoved) Type() Type { return TypeTicketMoved }

// Type implements Fact.
func (TicketHeld) Type() Type { return TypeTicketHeld }

// Type implements Fact.
func (TicketResumed) Type() Type { return TypeTicketResumed }

// Type implements Fact.
func (TicketReturned) Type() Type { return TypeTicketReturned }

// Type implements Fact.
func (TicketTransferred) Type() Type { return TypeTicketTransferred }

// Sealed returns where what goes with the ticket of a person lies.
func (f TicketTransferred) Sealed() []Sealed {
	if f.Private.Ref == "" {
		return nil
	}
	return []Sealed{f.Private}
}

// Type implements Fact.
func (TicketQueued) Type() Type { return TypeTicketQueued }

// Type implements Fact.
func (TicketCancelled) Type() Type { return TypeTicketCancelled }

// Type implements Fact.
func (TicketMissed) Type() Type { return TypeTicketMissed }

// Type implements Fact.
func (TicketFinished) Type() Type { return TypeTicketFinished }

// Type implements Fact.
func (TicketWithdrawn) Type() Type { return TypeTicketWithdrawn }
func (TicketClassed) Type() Type   { return TypeTicketClassed }
func (TicketNoted) Type() Type     { return TypeTicketNoted }

// Type implements Fact.
func (VisitOpened) Type() Type { return TypeVisitOpened }

// Type implements Fact.
func (VisitServed) Type() Type { return TypeVisitServed }

// Type implements Fact.
func (VisitFinished) Type() Type { return TypeVisitFinished }

// Type implements Fact.
func (VisitDown) Type() Type { return TypeVisitDown }

// Type implements Fact.
func (RatingInvited) Type() Type { return TypeRatingInvited }

// Type implements Fact.
func (RatingGiven) Type() Type { return TypeRatingGiven }

// Type implements Fact.
func (RatingRepeat) Type() Type { return TypeRatingRepeat }

// Type implements Fact.
func (RatingUnbound) Type() Type { return TypeRatingUnbound }

// Type implements Fact.
func (RatingExplained) Type() Type { return TypeRatingExplained }

// Type implements Fact.
func (RatingAssisted) Type() Type { return TypeRatingAssisted }

// Type implements Fact.
func (RatingDrafted) Type() Type { return TypeRatingDrafted }

// Type implements Fact.
func (PaperPrinted) Type() Type { return TypePaperPrinted }

// Type implements Fact.
func (PaperReprinted) Type() Type { return TypePaperReprinted }

// Type implements Fact.
func (PaperFailed) Type() Type { return TypePaperFailed }

// Type implements Fact.
func (WindowOpened) Type() Type { return TypeWindowOpened }

// Type implements Fact.
func (WindowPaused) Type() Type { return TypeWindowPaused }

// Type implements Fact.
func (WindowResumed) Type() Type { return TypeWindowResumed }

// Type implements Fact.
func (WindowClosed) Type() Type { return TypeWindowClosed }

// Type implements Fact.
func (StaffOn) Type() Type { return TypeStaffOn }

// Type implements Fact.
func (StaffOff) Type() Type { return TypeStaffOff }

// Type implements Fact.
func (StaffLocked) Type() Type { return TypeStaffLocked }

// Type implements Fact.
func (PINChosen) Type() Type { return TypePINChosen }

// Sealed implements Texts.
func (f PINChosen) Sealed() []Sealed { return []Sealed{f.Verifier} }

// Type implements Fact.
func (DeviceUp) Type() Type { return TypeDeviceUp }

// Type implements Fact.
func (DeviceDown) Type() Type { return TypeDeviceDown }

// Type implements Fact.
func (DeviceChanged) Type() Type { return TypeDeviceChanged }

// Type implements Fact.
func (DeviceAdopted) Type() Type { return TypeDeviceAdopted }

// Type implements Fact.
func (DeviceFault) Type() Type { return TypeDeviceFault }

// Type implements Fact.
func (AgentStarted) Type() Type { return TypeAgentStarted }

// Type implements Fact.
func (ConfigApplied) Type() Type { return TypeConfigApplied }

// Type implements Fact.
func (CatalogueApplied) Type() Type { return TypeCatalogueApplied }

// Type implements Fact.
func (CatalogueRefused) Type() Type { return TypeCatalogueRefused }

// Type implements Fact.
func (ClockStepped) Type() Type { return TypeClockStepped }

// Type implements Fact.
func (AgentGap) Type() Type { return TypeAgentGap }

// Type implements Fact.
func (AgentForked) Type() Type { return TypeAgentForked }

// Type implements Fact.
func (CertificateAsked) Type() Type { return TypeCertificateAsked }

// Type implements Fact.
func (FindingOpened) Type() Type { return TypeFindingOpened }

// Type implements Fact.
func (HubRestored) Type() Type { return TypeHubRestored }
