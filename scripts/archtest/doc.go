// Package archtest keeps the house's import rules true: each package of the module belongs to a room, and a room
// imports only what its promise allows. Its tests are all it holds.
package archtest
