use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};

use super::{RENDERER, Rendered, TooComplex, render, sanitise};

/// Attacks on Markdown and HTML: the OWASP filter evasion list, mutation attacks, and the records of other forums.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=\"javascript:alert('XSS');\">",
    "<IMG SRC=JaVaScRiPt:alert('XSS')>",
    "<IMG SRC=`javascript:alert(\"RSnake says, 'XSS'\")`>",
    "<IMG \"\"\"><SCRIPT>alert(\"XSS\")</SCRIPT>\"\\>",
    "<IMG SRC=/ onerror=\"alert(String.fromCharCode(88,83,83))\"></img>",
    "<IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    "<IMG SRC=\"jav\tascript:alert('XSS');\">",
    "<IMG SRC=\"jav&#x0A;ascript:alert('XSS');\">",
    "<SCRIPT/XSS SRC=\"http://evil.example/xss.js\"></SCRIPT>",
    "<BODY onload!#$%&()*~+-_.,:;?@[/|\\]^`=alert(\"XSS\")>",
    "<<SCRIPT>alert(\"XSS\");//\\<</SCRIPT>",
    "<IFRAME SRC=\"javascript:alert('XSS');\"></IFRAME>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><input name=attributes><input onfocus=alert(1) autofocus></form>",
    "<details open ontoggle=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<template><script>alert(1)</script></template>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<object data=javascript:alert(1)><embed src=javascript:alert(1)>",
    "<base href=javascript:/a/><a href=b>",
    "<meta http-equiv=refresh content=0;url=javascript:alert(1)>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<div style=\"background:url(javascript:alert(1))\">",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#x6a;avascript:alert(1))",
    "[x](\tjavascript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](<javascript&colon;alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](\\javascript:alert(1))",
    "[x](<\u{1}javascript:alert(1)>)",
    "[x]( javascript:alert(1) \"onmouseover=alert(1)\")",
    "[x](https://a.example \"\\\" onmouseover=\\\"alert(1)\")",
    "<javascript:alert(1)>",
    "<https://a.example/\"onmouseover=\"alert(1)>",
    "https://a.example/\"onmouseover=\"alert(1)",
    "[a]: javascript:alert(1)\n\n[a]",
    "![x](x\" onerror=alert(1) \")",
    "![x\" onerror=\"alert(1)](/api/files/1)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "![x](/api/files/../auth/logout)",
    "![x](/api/files/%2e%2e/auth/logout)",
    "![x](//evil.example/api/files/1)",
    "![x](/api/files//evil.example)",
    "![x](/api/notifications?mark_read=true)",
    "[![x](https://evil.example/x.png)](https://evil.example)",
    "```\"onmouseover=\"alert(1)\n</code><script>alert(1)</script>\n```",
    "```js\" onmouseover=alert(1)\nx\n```",
    "`<script>alert(1)</script>`",
    "|<script>|\n|-|\n|<img src=x onerror=alert(1)>|",
    "- [x] <input onfocus=alert(1) autofocus>",
    "[^1]: <script>alert(1)</script>\n\n[^1]",
    "$<script>alert(1)</script>$",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><script>",
    "x\u{0}<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
    "\u{202e}<script>\u{202c}",
    "[x](https://a.example){onclick=alert(1)}",
    "# x {#\"onclick=alert(1)}",
    "~~<b onclick=alert(1)>~~",
];

/// What a browser would make elements of. None of the elements that are let through changes how the rest is read, so
/// tokens tell all.
#[derive(Default)]
struct Elements(RefCell<Vec<Tag>>);

impl TokenSink for Elements {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => self.0.borrow_mut().push(tag),
            Token::CommentToken(text) => panic!("a comment: {text}"),
            Token::DoctypeToken(doctype) => panic!("{doctype:?}"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn elements(html: &str) -> Vec<Tag> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Elements::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Nothing in it does anything.
fn check_inert(html: &str, of: &str) {
    for tag in elements(html) {
        let name = &*tag.name;
        assert!(
            ![
                "script", "style", "svg", "math", "iframe", "object", "embed", "base", "meta",
                "link", "form", "textarea", "noscript", "template", "xmp", "title", "body",
                "details", "div"
            ]
            .contains(&name),
            "<{name}> of {of:?}: {html}"
        );
        let mut is_box = name != "input" || format!("{:?}", tag.kind) == "EndTag";
        for attribute in &tag.attrs {
            let (key, value) = (&*attribute.name.local, attribute.value.trim());
            assert!(
                !key.starts_with("on") && !["style", "id", "srcset", "formaction"].contains(&key),
                "{key} of {of:?}: {html}"
            );
            is_box |= (key, value) == ("type", "checkbox");
            if ["href", "src"].contains(&key) {
                check_address(value, of);
            }
            if key == "src" {
                assert!(value.starts_with("/api/"), "{value} of {of:?}");
            }
        }
        assert!(is_box, "{html}");
    }
}

fn check_address(value: &str, of: &str) {
    let plain: String = value
        .chars()
        .filter(|character| !character.is_control() && !character.is_whitespace())
        .collect();
    let scheme = plain
        .split_once(':')
        .map(|(scheme, _)| scheme.to_lowercase());
    // What the URL standard takes for a scheme; anything else is relative.
    let may_be = |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
    let Some(scheme) = scheme.filter(|scheme| scheme.chars().all(may_be)) else {
        return;
    };
    assert!(
        ["http", "https", "mailto"].contains(&&*scheme),
        "{value} of {of:?}"
    );
}

fn html(text: &str) -> String {
    render(text).unwrap().html
}

#[test]
fn no_attack_comes_through() {
    for attack in ATTACKS {
        for text in [
            (*attack).to_owned(),
            format!("> - {attack}\n\n{attack}"),
            format!("a {attack} b"),
            format!("|x|\n|-|\n|{attack}|"),
            format!("[{attack}](https://a.example \"{attack}\")"),
            format!("![{attack}](/api/files/1 \"{attack}\")"),
        ] {
            let html = html(&text);
            check_inert(&html, &text);
            assert_eq!(sanitise::clean(&html), html, "of {text:?}");
        }
        // Should comrak ever let one through: the sanitiser alone stops it.
        let html = sanitise::clean(attack);
        check_inert(&html, attack);
        assert_eq!(sanitise::clean(&html), html, "of {attack:?}");
    }
}

/// A generator that gives the same on each run (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }
}

const PIECES: &[&str] = &[
    "<",
    ">",
    "\"",
    "'",
    "`",
    "&",
    "&lt;",
    "&#60;",
    "/",
    "=",
    " ",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "1. ",
    "    ",
    "```",
    "**",
    "_",
    "~~",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "|",
    "|-|\n",
    "a",
    "svg",
    "math",
    "style",
    "title",
    "table",
    "mglyph",
    "p",
    "b",
    "script",
    "img",
    "src",
    "href",
    "onerror",
    "javascript:",
    "https://a.example",
    "/api/files/1",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "</",
    "x",
    "\u{0}",
    "é",
    "\\",
    "- [ ] ",
    "# ",
    "@ann",
    "<a href=",
    "<input ",
    "<b>",
    "</p>",
    "<table><tr><td>",
    "<noscript>",
    "<textarea>",
    "<xmp>",
    "<select>",
    "<template>",
    "<form>",
    "<math><mi>",
    "<svg><desc>",
    "<plaintext>",
];

#[test]
fn what_was_sanitised_stays_as_it_is() {
    let mut random = Random(0x5EED_F01C_0001);
    for round in 0..4_000 {
        let count = 1 + random.below(40);
        let text: String = (0..count)
            .map(|_| PIECES[random.below(PIECES.len())])
            .collect();
        let once = sanitise::clean(&text);
        check_inert(&once, &text);
        assert_eq!(sanitise::clean(&once), once, "round {round}: {text:?}");
        if let Ok(Rendered { html, .. }) = render(&text) {
            check_inert(&html, &text);
            assert_eq!(sanitise::clean(&html), html, "round {round}: {text:?}");
        }
    }
}

#[test]
fn markdown_looks_as_people_know_it() {
    assert_eq!(
        html("**a** _b_ ~~c~~ `d`"),
        "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>\n"
    );
    assert_eq!(
        html("https://a.example/x?y=1&z"),
        "<p><a href=\"https://a.example/x?y=1&amp;z\" rel=\"ugc nofollow noopener\">https://a.example/x?y=1&amp;z</a></p>\n"
    );
    let tasks = html("- [x] done\n- [ ] open");
    let boxes = elements(&tasks);
    let boxes: Vec<_> = boxes
        .iter()
        .filter(|tag| &*tag.name == "input")
        .map(|tag| tag.attrs.len())
        .collect();
    assert_eq!(boxes, [3, 2], "{tasks}");
    assert!(html("|a|b|\n|:-|-:|\n|1|2|").contains("<td align=\"right\">2</td>"));
    assert!(html("```rust\nlet x;\n```").contains("<code class=\"language-rust\">let x;"));
    assert_eq!(html("3. a"), "<ol start=\"3\">\n<li>a</li>\n</ol>\n");
    assert_eq!(html("<b>x</b>"), "<p>&lt;b&gt;x&lt;/b&gt;</p>\n");
}

#[test]
fn pictures_are_ours_or_links() {
    let own = "/api/threads/0192e4a0-0000-7000-8000-000000000001/attachments/0192e4a0-0000-7000-8000-000000000002";
    assert_eq!(
        html(&format!("![a tree]({own})")),
        format!("<p><img src=\"{own}\" alt=\"a tree\"></p>\n")
    );
    let foreign = "https://evil.example/beacon.gif";
    let rel = "rel=\"ugc nofollow noopener\"";
    assert_eq!(
        html(&format!("![a tree]({foreign})")),
        format!("<p><a href=\"{foreign}\" {rel}>a tree</a></p>\n")
    );
    assert_eq!(
        html(&format!("![]({foreign})")),
        format!("<p><a href=\"{foreign}\" {rel}>{foreign}</a></p>\n")
    );
    assert_eq!(
        html(&format!(
            "[![a tree]({foreign}) and more](https://a.example)"
        )),
        format!("<p><a href=\"https://a.example\" {rel}>a tree and more</a></p>\n")
    );
}

#[test]
fn mentions_are_in_prose_only() {
    let rendered = render(
        "@ann and **@bob**, [@cleo](https://a.example)\n\n`@dan`\n\n```\n@eve\n```\n\n    @fay\n\nx@gus.example <b>@hal</b>",
    )
    .unwrap();
    let names: Vec<&str> = rendered.mentions.iter().map(String::as_str).collect();
    assert_eq!(names, ["ann", "bob", "cleo", "hal"]);
}

#[test]
fn an_excerpt_is_plain_and_short() {
    let rendered = render("# Title\n\nsome *text*\nwith `code`\n\n- a\n- b <script>").unwrap();
    assert_eq!(rendered.excerpt, "Title some text with code a b <script>");
    let long = render(&"wörter ".repeat(100)).unwrap();
    assert_eq!(long.excerpt.chars().count(), 200);
    assert_eq!(
        RENDERER, 1,
        "raise it with every change of what is let through"
    );
}

/// Texts that have cost parsers their stack or their time.
fn pathological() -> Vec<(&'static str, String)> {
    let n = 20_000;
    vec![
        ("quotes in a line", "> ".repeat(n) + "a"),
        (
            "quotes in lines",
            (0..270)
                .map(|depth| ">".repeat(depth % 140) + " a\n")
                .collect(),
        ),
        ("lists in a line", "- ".repeat(n) + "a"),
        ("numbers in a line", "1. ".repeat(13_000) + "a"),
        (
            "stairs",
            (0..280)
                .map(|depth| "  ".repeat(depth / 2) + "- a\n")
                .collect(),
        ),
        ("quotes and lists", "> - ".repeat(n / 2) + "a"),
        ("brackets", "[".repeat(2 * n)),
        ("pairs of brackets", "[a](".repeat(n / 2)),
        ("pictures", "![[]()".repeat(n / 3)),
        ("strong", "**a ".repeat(n / 2) + &"b**".repeat(n / 4)),
        (
            "strong in emphasis",
            "*_".repeat(n / 2) + "a" + &"_*".repeat(n / 2),
        ),
        ("openers", "a**b".repeat(n / 2) + &"c* ".repeat(n / 8)),
        ("strikes", "~~a ~".repeat(n / 3)),
        (
            "ticks",
            (1..270)
                .map(|count| "e".to_owned() + &"`".repeat(count))
                .collect(),
        ),
        ("angles", "<".repeat(2 * n)),
        ("comments", "<!-- ".repeat(n / 3)),
        ("declarations", "<!A ".repeat(n / 2)),
        ("instructions", "<?".repeat(n)),
        ("sections", "<![CDATA[".repeat(n / 5)),
        ("entities", "&".repeat(2 * n)),
        ("backslashes", "\\".repeat(2 * n)),
        ("links", "www.".repeat(n / 2)),
        ("addresses", "a@".repeat(n)),
        ("schemes", "http://".repeat(n / 4)),
        ("words and underscores", "a_".repeat(n)),
        (
            "definitions",
            (0..2_000)
                .map(|number| format!("[{number}]: /x\n"))
                .collect::<String>()
                + &"[1]".repeat(3_000),
        ),
        (
            "a table",
            "|".repeat(1_000) + "\n" + &"|-".repeat(1_000) + "|\n" + &"|\n".repeat(15_000),
        ),
        (
            "columns",
            "|a".repeat(9_000) + "|\n" + &"|-".repeat(9_000) + "|\n",
        ),
        ("headings", "a\n=\n".repeat(n / 2)),
        ("tabs", "\t".repeat(2 * n)),
        ("html", "<b>".repeat(n / 2)),
        ("tasks", "- [ ] ".repeat(n / 3)),
    ]
}

#[test]
fn no_text_goes_on_for_ever_or_breaks_the_stack() {
    // Half of what a thread that may block has.
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    let work = || {
        for (name, text) in pathological() {
            assert!(text.chars().count() <= 60_000, "{name}");
            // That it ends is what is asked: parsing has a limit of its own on the time it takes.
            if let Ok(rendered) = render(&text) {
                assert!(rendered.html.len() < 2_000_000, "{name}");
            }
        }
    };
    thread.spawn(work).unwrap().join().unwrap();
    assert_eq!(render(&("> ".repeat(200) + "a")), Err(TooComplex));
    assert!(render(&("> ".repeat(50) + "a")).is_ok());
}
