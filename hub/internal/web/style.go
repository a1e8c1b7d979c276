package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// style is the whole style sheet of a page, in the page itself: one request, and a content policy that names its hash.
type style struct {
	tag    template.HTML
	source string // for style-src
}

// newStyle puts in front of css those tokens that it uses, with the values that they have under attrs, as in
// `data-screen="phone"`. So tokens.css stays the only file that names a colour or a size.
func newStyle(tokens, css string, attrs ...string) (style, error) {
	values := resolve(tokens, attrs)
	used, err := usedBy(css, values)
	if err != nil {
		return style{}, err
	}
	var root strings.Builder
	root.WriteString(":root{")
	for _, name := range used {
		root.WriteString(name + ":" + values[name] + ";")
	}
	root.WriteString("}")
	text := root.String() + squeeze(css)
	sum := sha256.Sum256([]byte(text))
	return style{
		tag:    template.HTML("<style>" + text + "</style>"), // our own files, no input
		source: "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
	}, nil
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s+`)
	cssTight   = regexp.MustCompile(` ?([{}:;,>]) ?`)
	cssAttr    = regexp.MustCompile(`\[[^\]]*\]`)
	cssVar     = regexp.MustCompile(`var\((--[a-z0-9-]+)`)
)

// squeeze takes out of css what only people read. Spaces around a colon matter in selectors (a :hover): there the
// sheets that are squeezed write none.
func squeeze(css string) string {
	css = cssSpace.ReplaceAllString(cssComment.ReplaceAllString(css, ""), " ")
	return strings.ReplaceAll(strings.TrimSpace(cssTight.ReplaceAllString(css, "$1")), ";}", "}")
}

// cssRule is one rule at the top of a style sheet.
type cssRule struct{ selector, body string }

// cssRules reads the rules of css that hold without condition: what stands in @media is left out.
func cssRules(css string) []cssRule {
	var rules []cssRule
	css = cssComment.ReplaceAllString(css, "")
	for {
		selector, rest, ok := strings.Cut(css, "{")
		if !ok {
			return rules
		}
		end, depth := 0, 1
		for ; end < len(rest) && depth > 0; end++ {
			switch rest[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		if selector = strings.TrimSpace(selector); !strings.HasPrefix(selector, "@") {
			rules = append(rules, cssRule{selector, strings.TrimSuffix(rest[:end], "}")})
		}
		css = rest[end:]
	}
}

// resolve returns the custom properties in force on an element with attrs: rules that name more attributes win, later
// ones among equals.
func resolve(tokens string, attrs []string) map[string]string {
	weight := func(selector string) int { // 0: it does not hold
		if selector == ":root" {
			return 1
		}
		needs := cssAttr.FindAllString(selector, -1)
		if strings.Join(needs, "") != selector {
			return 0
		}
		for _, need := range needs {
			if !slices.Contains(attrs, strings.Trim(need, "[]")) {
				return 0
			}
		}
		return len(needs)
	}
	rules := slices.DeleteFunc(cssRules(tokens), func(r cssRule) bool { return weight(r.selector) == 0 })
	slices.SortStableFunc(rules, func(a, b cssRule) int { return cmp.Compare(weight(a.selector), weight(b.selector)) })
	values := map[string]string{}
	for _, r := range rules {
		for decl := range strings.SplitSeq(r.body, ";") {
			if name, value, ok := strings.Cut(decl, ":"); ok {
				values[strings.TrimSpace(name)] = cssSpace.ReplaceAllString(strings.TrimSpace(value), " ")
			}
		}
	}
	return values
}

// usedBy lists the tokens that css needs, those that need others included, in order of names.
func usedBy(css string, values map[string]string) ([]string, error) {
	seen := map[string]bool{}
	var visit func(text string) error
	visit = func(text string) error {
		for _, m := range cssVar.FindAllStringSubmatch(text, -1) {
			name := m[1]
			if seen[name] {
				continue
			}
			value, ok := values[name]
			if !ok {
				return fmt.Errorf("style: %s is no token of tokens.css", name)
			}
			seen[name] = true
			if err := visit(value); err != nil {
				return err
			}
		}
		return nil
	}
	if err := visit(css); err != nil {
		return nil, err
	}
	var names []string
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}
