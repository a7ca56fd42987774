// SPDX-License-Identifier: GPL-2.0-or-later
//
// What must hold of a page in a browser, whatever run it shows. Body of a function that
// returns the problems, as sentences that begin with the name of the rule.
const problems = [];
const all = (selector) => Array.from(document.querySelectorAll(selector));
const say = (rule, what) => problems.push(rule + ': ' + what);
const short = (text) => text.trim().replace(/\s+/g, ' ').slice(0, 60);

// --- width ---
// Not innerWidth: a phone makes its window as wide as what does not fit.
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth)
	say('width', root.scrollWidth + ' pixels in a window of ' + root.clientWidth);

// --- ids and links ---
const ids = new Map();
all('[id]').forEach((e) => ids.set(e.id, (ids.get(e.id) || 0) + 1));
ids.forEach((count, id) => count > 1 && say('id', id + ' is there ' + count + ' times'));
all('a[href]').forEach((a) => {
	const href = a.getAttribute('href');
	if (!href.startsWith('#'))
		say('link', href + ' leads out of the page');
	else if (!ids.has(href.slice(1)))
		say('link', href + ' leads nowhere');
});
all('use').forEach((u) => {
	const href = u.getAttribute('href') || u.getAttribute('xlink:href') || '';
	if (!ids.has(href.slice(1)))
		say('link', 'a mark of a picture, ' + href + ', is not there');
});

// --- what loads nothing ---
all('[src],link,iframe,object,embed,base,form').forEach((e) => say('load', '<' + e.localName + '>'));
all('script').length > 1 && say('load', 'there are ' + all('script').length + ' scripts');
all('*').forEach((e) => Array.from(e.attributes).forEach((a) =>
	/^on/.test(a.name) && say('load', '<' + e.localName + ' ' + a.name + '>')));

// --- structure ---
document.documentElement.lang || say('structure', 'no language');
document.title || say('structure', 'no title');
document.querySelector('meta[name=viewport]') || say('structure', 'no viewport');
['header', 'nav', 'main', 'footer'].forEach((name) =>
	all(name).length === 1 || say('structure', all(name).length + ' <' + name + '>'));
let level = 0;
all('h1,h2,h3,h4,h5,h6').forEach((h) => {
	const own = Number(h.localName[1]);
	if (own > level + 1)
		say('heading', '<h' + own + '> "' + short(h.textContent) + '" after <h' + level + '>');
	h.textContent.trim() || say('heading', 'an empty <h' + own + '>');
	level = own;
});
all('h1').length === 1 || say('heading', all('h1').length + ' <h1>');
all('[aria-labelledby],[aria-describedby]').forEach((e) =>
	['aria-labelledby', 'aria-describedby'].forEach((name) =>
		(e.getAttribute(name) || '').split(' ').filter(Boolean).forEach((id) =>
			ids.has(id) || say('label', name + '="' + id + '" names nothing'))));

// --- pictures and tables ---
all('svg').forEach((svg) => svg.getAttribute('role') === 'img' && svg.hasAttribute('aria-labelledby') ||
	say('picture', 'one without role or name'));
all('figure').forEach((f) => f.querySelector('details table') ||
	say('picture', '"' + short(f.textContent) + '" has no table'));
all('table').forEach((t) => {
	const columns = t.querySelectorAll('thead th').length;
	t.caption && t.caption.textContent.trim() || say('table', 'no caption');
	Array.from(t.rows).forEach((r) => r.cells.length === columns ||
		say('table', 'a row of ' + r.cells.length + ' in ' + columns + ' columns, "' +
		    short(t.caption ? t.caption.textContent : '') + '"'));
	t.querySelectorAll('th').forEach((th) => th.scope || say('table', 'a head without scope'));
	t.closest('.scroll') || say('table', 'one that could push the page');
});

// --- contrast, of text that stands on a colour: WCAG 2, 4.5 to 1, large text 3 to 1 ---
const canvas = (text) => {
	const part = text.match(/[\d.]+/g).map(Number);
	return { r: part[0], g: part[1], b: part[2], a: part.length > 3 ? part[3] : 1 };
};
const light = (c) => {
	const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	return 0.2126 * f(c.r) + 0.7152 * f(c.g) + 0.0722 * f(c.b);
};
const behind = (e) => {
	for (; e; e = e.parentElement) {
		const c = canvas(getComputedStyle(e).backgroundColor);
		if (c.a === 1)
			return c;
	}
	return { r: 255, g: 255, b: 255, a: 1 };
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const seen = new Set();
while (walker.nextNode()) {
	const e = walker.currentNode.parentElement, style = getComputedStyle(e);
	if (!walker.currentNode.data.trim() || e.closest('script,style,defs'))
		continue;
	const front = canvas(e.closest('svg') ? style.fill : style.color);
	const back = behind(e);
	const a = light(front), b = light(back);
	const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	const large = parseFloat(style.fontSize) >= 24 ||
		(parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
	const key = style.color + style.fill + JSON.stringify(back) + large;
	if (ratio >= (large ? 3 : 4.5) || seen.has(key))
		continue;
	seen.add(key);
	say('contrast', ratio.toFixed(2) + ' to 1: "' + short(walker.currentNode.data) + '"');
}

// --- never by colour alone ---
all('.better,.worse,.mixed').forEach((e) => e.textContent.trim() ||
	say('colour', 'a <' + e.localName + '> that is coloured and says nothing'));
all('td.better,td.worse').forEach((e) =>
	/[a-z]{4}|[\u25b2\u25bc]/.test(e.textContent) ||
	say('colour', '"' + short(e.textContent) + '" is told by its colour alone'));
return problems;
