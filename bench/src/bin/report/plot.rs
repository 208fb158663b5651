//! Bars.

use crate::measured::{Group, LIBRARY, RAW, time};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 110.0;
/// For the figures behind the longest bar.
const RIGHT: f64 = 150.0;
const TOP: f64 = 44.0;
const ROW: f64 = 30.0;
const BAR: f64 = 20.0;

/// The medians of a group, as a drawing in SVG that is legible on light and on dark pages.
pub(crate) fn bars(group: &Group) -> String {
    let longest = group.entries.iter().map(|entry| entry.nanoseconds()).fold(f64::MIN_POSITIVE, f64::max);
    let height = TOP + ROW * group.entries.len() as f64 + 12.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"15\" font-weight=\"600\" fill=\"#1f2328\">{}</text>\n",
        group.title()
    );
    for (row, entry) in group.entries.iter().enumerate() {
        let y = TOP + ROW * row as f64;
        let middle = y + BAR / 2.0 + 4.5;
        let length = (WIDTH - LEFT - RIGHT) * entry.nanoseconds() / longest;
        let (colour, weight) = match &*entry.contestant {
            LIBRARY => ("#1f6feb", 600),
            RAW => ("#8c959f", 400),
            _ => ("#d0a65c", 400),
        };
        svg += &format!(
            "<text x=\"{label}\" y=\"{middle}\" text-anchor=\"end\" font-weight=\"{weight}\" fill=\"#1f2328\">{contestant}</text>\n\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"2\" fill=\"{colour}\"/>\n\
             <text x=\"{end:.1}\" y=\"{middle}\" font-weight=\"{weight}\" fill=\"#1f2328\">{time} · {ratio} × raw</text>\n",
            label = LEFT - 8.0,
            contestant = entry.contestant,
            end = LEFT + length + 8.0,
            time = time(entry.nanoseconds()),
            ratio = group.ratio(entry.nanoseconds(), RAW)
        );
    }
    svg + "</svg>\n"
}
