// Package repair is the repair 差评整改工单 of a bad rating, from its opening to its end: who owns it, what may happen next,
// who may do it, until when, and who sees what of it (001; domain §4). It is event-sourced and pure: a Repair is what its
// deeds made of it, time and law are arguments. It knows no store, no page and no text: what people write lies apart, and
// deeds name it.
//
//	stateDiagram-v2
//	    [*] --> open: opened
//	    open --> assigned: assigned
//	    open --> withdrawn: withdrawn
//	    open --> excluded: appeal.upheld
//	    assigned --> assigned: assigned
//	    assigned --> verifying: signed
//	    assigned --> withdrawn: withdrawn
//	    assigned --> excluded: excluded, appeal.upheld
//	    verifying --> assigned: assigned
//	    verifying --> repairing: began
//	    verifying --> answered: answered
//	    verifying --> withdrawn: withdrawn
//	    verifying --> excluded: excluded, appeal.upheld
//	    repairing --> assigned: assigned
//	    repairing --> repairing: began
//	    repairing --> answered: answered
//	    repairing --> withdrawn: withdrawn
//	    repairing --> excluded: excluded, appeal.upheld
//	    answered --> repairing: returned
//	    answered --> closed: closed
//	    answered --> assigned: reopened
//	    answered --> withdrawn: withdrawn
//	    answered --> excluded: excluded, appeal.upheld
//	    closed --> assigned: reopened
//	    closed --> withdrawn: withdrawn
//	    closed --> excluded: appeal.upheld
//	    withdrawn --> open: opened
//	    %% the state stays: called, verified, extended, second_rated, exclusion_proposed, exclusion_refused, appeal.opened, appeal.refused, frozen, thawed, reminded, escalated, deadline.moved
//
// A repair belongs to one visit's bad rating, and its id is the visit's. Acts of people are methods that return deeds or
// say why not; Follow, Tick and Recompute say what rules do. Only Apply changes a Repair, and it returns another.
package repair
