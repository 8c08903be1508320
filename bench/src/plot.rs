//! Tables over a size as plots.

use std::error::Error;
use std::ops::Range;

use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;

use crate::table::{Better, Table};

const PIXELS: (u32, u32) = (800, 480);
const FONT: &str = "sans-serif";

/// Those of Okabe and Ito, which can be told apart by all eyes.
const COLOURS: [RGBColor; 7] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
];

/// Draws the rows of a table whose columns are numbers: the heads along the horizontal axis, the cells along
/// the vertical one. What is better if it is less is a time, on a logarithmic scale.
pub(crate) fn svg(table: &Table, horizontal: &str) -> Result<String, Box<dyn Error>> {
    let xs: Vec<f64> = table.columns.iter().map(|column| column.head.parse()).collect::<Result<_, _>>()?;
    let (Some(first), Some(last)) = (xs.first(), xs.last()) else {
        return Err("a table without columns".into());
    };
    let cells = || table.rows.iter().flat_map(|row| row.cells.iter().copied());
    let (low, high) = (cells().fold(f64::INFINITY, f64::min), cells().fold(0.0, f64::max));

    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, PIXELS).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area);
    let chart = chart
        .caption(table.title.replace('`', ""), (FONT, 20))
        .margin(12)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(60);
    let sizes = (*first..*last).log_scale().base(2.0);
    // Above the lines there is room for their names.
    match table.better {
        Better::Less(_) => {
            let times = (low * 0.8..high * 4.0).log_scale();
            draw(table, &xs, chart.build_cartesian_2d(sizes, times)?, horizontal, "ns", 0)?;
        }
        Better::More(_) => {
            let ratios: Range<f64> = 0.0..high * 1.25;
            draw(table, &xs, chart.build_cartesian_2d(sizes, ratios)?, horizontal, "hit ratio", 2)?;
        }
    }
    area.present()?;
    drop(area);
    Ok(text)
}

type Chart<'a, 'b, X, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<X, Y>>;

fn draw<'a, X, Y>(
    table: &Table,
    xs: &[f64],
    mut chart: Chart<'a, 'a, X, Y>,
    horizontal: &str,
    vertical: &str,
    digits: usize,
) -> Result<(), Box<dyn Error>>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .x_desc(horizontal)
        .y_desc(vertical)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.digits$}"))
        .light_line_style(WHITE)
        .draw()?;
    // The first is ours, and lies on top.
    for (number, row) in table.rows.iter().enumerate().rev() {
        let colour = COLOURS[number % COLOURS.len()];
        let points = || xs.iter().copied().zip(row.cells.iter().copied());
        let stroke = if number == 0 { 3 } else { 2 };
        chart
            .draw_series(LineSeries::new(points(), colour.stroke_width(stroke)))?
            .label(row.name.replace('`', ""))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(stroke)));
        chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::svg;
    use crate::table::{Better, Role, Table};

    #[test]
    fn every_row_is_drawn() {
        for better in [Better::Less(0), Better::More(0)] {
            let mut table = Table::new("over a size", better, &[("64", 1), ("4096", 1)]);
            table.row(Role::Ours, "weakcache", vec![0.25, 0.5]);
            table.row(Role::Peer, "a peer", vec![0.5, 0.75]);
            let plot = svg(&table, "entries").expect("numbers to draw");
            assert!(plot.starts_with("<svg") && plot.trim_end().ends_with("</svg>"), "{plot}");
            assert!(["weakcache", "a peer", "over a size", "4096"].iter().all(|text| plot.contains(text)));
            assert_eq!(plot.matches("<circle").count(), 4);
        }
    }

    #[test]
    fn heads_that_are_no_numbers_are_an_error() {
        assert!(svg(&Table::new("a hit", Better::Less(0), &[("ns", 1)]), "entries").is_err());
    }
}
