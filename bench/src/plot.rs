//! Tables over a size as plots.

use std::error::Error;

use plotters::prelude::*;

use crate::table::Table;

const PIXELS: (u32, u32) = (800, 480);
const FONT: &str = "sans-serif";

/// Draws the rows of a table whose columns are numbers: the heads along the horizontal axis, the cells along
/// the vertical one, from 0 to the largest, or to `top`.
pub(crate) fn svg(
    table: &Table,
    horizontal: &str,
    vertical: &str,
    top: Option<f64>,
) -> Result<String, Box<dyn Error>> {
    let xs: Vec<f64> = table.columns.iter().map(|column| column.head.parse()).collect::<Result<_, _>>()?;
    let (Some(first), Some(last)) = (xs.first(), xs.last()) else {
        return Err("a table without columns".into());
    };
    let largest = table.rows.iter().flat_map(|row| &row.cells).copied().fold(0.0, f64::max);
    let top = top.map_or(largest * 1.05, |top| top.min(largest * 1.05));

    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, PIXELS).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(table.title.replace('`', ""), (FONT, 20))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(60)
            .build_cartesian_2d((*first..*last).log_scale().base(2.0), 0.0..top)?;
        chart.configure_mesh().x_desc(horizontal).y_desc(vertical).light_line_style(WHITE).draw()?;
        for (number, row) in table.rows.iter().enumerate() {
            let colour = Palette99::pick(number).to_rgba();
            let points = || xs.iter().copied().zip(row.cells.iter().copied()).filter(|(_, y)| *y <= top);
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
        area.present()?;
    }
    Ok(text)
}
