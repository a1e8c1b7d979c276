// Package uplink is what agent and hub say to each other over MQTT: topics, events, batches and their chain, receipts,
// presence, tokens, keys and the enrolment line (design §2–§4). It turns bytes into values and back. It never does I/O,
// asks no clock, and does not know what a fact means.
package uplink

// Version is the version of the uplink, in every batch header and every topic.
//
//	1  2026-11  first
const Version = 1
