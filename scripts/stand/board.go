package stand

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

// Board is a manager's screen without a browser.
type Board struct{ conn *websocket.Conn }

// OpenBoard signs in and opens the desk view of the live board. The snapshot is read already.
func (h *Hub) OpenBoard(ctx context.Context, name, password string) (*Board, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Jar: jar, Timeout: 30 * time.Second}
	answer, err := client.PostForm("http://"+h.Office+"/signin", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("sign in: %s", answer.Status)
	}
	dialer := websocket.Dialer{Jar: jar}
	conn, _, err := dialer.DialContext(ctx, "ws://"+h.Office+"/ws/board?view=desk", http.Header{"Origin": {"http://" + h.Office}})
	if err != nil {
		return nil, fmt.Errorf("open the board: %w", err)
	}
	b := &Board{conn}
	_, err = b.Next()
	return b, err
}

// BoardWindow is a window as the board draws it, as far as stands need it.
type BoardWindow struct {
	ID    string
	Today struct{ Rated int }
}

// Next waits for the next message and returns the windows in it.
func (b *Board) Next() ([]BoardWindow, error) {
	if err := b.conn.SetReadDeadline(time.Now().Add(60 * time.Second)); err != nil {
		return nil, err
	}
	_, data, err := b.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	var m struct {
		Windows []BoardWindow
	}
	return m.Windows, json.Unmarshal(data, &m)
}

// Close closes the screen.
func (b *Board) Close() error { return b.conn.Close() }
