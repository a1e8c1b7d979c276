package notify

import "hallpulse/firmware-protocol/hall"

// move is one line of the machine that the package comment draws.
type move struct {
	from  State
	deed  hall.Type
	again bool // of sms.failed: it is tried again
	to    State
}

func moves() []move {
	all := []move{
		{"", hall.TypeMessageQueued, false, Waiting},
		{Waiting, hall.TypeMessageTrying, false, Trying},
		{Waiting, hall.TypeMessageDropped, false, Dropped},
		{Waiting, hall.TypeMessageFailed, false, Failed},
		{Trying, hall.TypeMessageFailed, true, Waiting},
		{Trying, hall.TypeMessageFailed, false, Failed},
		{Trying, hall.TypeMessageDoubtful, false, Doubtful},
		{Sent, hall.TypeMessageFailed, false, Failed},
		{Doubtful, hall.TypeMessageFailed, true, Waiting},
		{Doubtful, hall.TypeMessageFailed, false, Failed},
		{Doubtful, hall.TypeMessageDropped, false, Dropped},
		{Failed, hall.TypeMessageFailed, true, Waiting},
	}
	for _, s := range States() {
		all = append(all, move{s, hall.TypeMessageReplied, false, s})
		if s != Delivered {
			all = append(all, move{s, hall.TypeMessageDelivered, false, Delivered})
		}
		if s != Delivered && s != Sent {
			all = append(all, move{s, hall.TypeMessageSent, false, Sent})
		}
	}
	return all
}

// next returns the state after a deed; ok is false where the machine has no such line.
func next(from State, f hall.Fact) (to State, ok bool) {
	failed, _ := f.(hall.MessageFailed)
	for _, m := range moves() {
		if m.from == from && m.deed == f.Type() && m.again == !failed.Retry.IsZero() {
			return m.to, true
		}
	}
	return "", false
}
