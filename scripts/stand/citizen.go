package stand

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// hidden matches the field that says which visit a form is about.
var hidden = regexp.MustCompile(`name="visit" value="([^"]*)"`)

// Rate rates a visit from a phone without a browser: it opens the page behind the ticket's code, touches a level and
// sends the form as it is. It returns the last page.
func Rate(ctx context.Context, page string, level int) (string, error) {
	first, status, err := fetch(ctx, http.MethodGet, page, nil)
	if err != nil || status != http.StatusOK {
		return first, fmt.Errorf("open the rating page: status %d: %w", status, err)
	}
	visit := hidden.FindStringSubmatch(first)
	if visit == nil {
		return first, fmt.Errorf("the page asks for no rating:\n%s", first)
	}
	form := url.Values{"visit": {visit[1]}, "level": {strconv.Itoa(level)}}
	for _, do := range []string{"tap", "send"} {
		form.Set("do", do)
		said, status, err := fetch(ctx, http.MethodPost, page, form)
		if err != nil || status != http.StatusOK {
			return said, fmt.Errorf("rating page, %s: status %d: %w", do, status, err)
		}
		first = said
	}
	return first, nil
}

func fetch(ctx context.Context, method, page string, form url.Values) (string, int, error) {
	req, err := http.NewRequestWithContext(ctx, method, page, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return string(b), answer.StatusCode, err
}
