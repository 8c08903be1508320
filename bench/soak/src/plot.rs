//! Memory over time.

use std::error::Error;

use plotters::prelude::*;

use crate::memory::Sample;

const PIXELS: (u32, u32) = (800, 480);
const FONT: &str = "sans-serif";
/// More points than these nobody can tell apart.
const POINTS: usize = 400;

/// Of those of Okabe and Ito, as in the other plots.
const LIVE: RGBColor = RGBColor(213, 94, 0);
const RESIDENT: RGBColor = RGBColor(0, 114, 178);

fn mib(bytes: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "of a plot")]
    let bytes = bytes as f64;
    bytes / f64::from(1 << 20)
}

pub(crate) fn svg(samples: &[Sample], title: &str) -> Result<String, Box<dyn Error>> {
    let last = samples.last().ok_or("nothing was measured")?.seconds;
    let every = samples.len().div_ceil(POINTS);
    let points = || samples.iter().step_by(every);
    let resident: Vec<_> = points().filter_map(|s| Some((s.seconds, mib(s.resident?)))).collect();
    let live: Vec<_> = points().map(|s| (s.seconds, mib(s.live))).collect();
    let high = live.iter().chain(&resident).fold(0.0, |high: f64, point| high.max(point.1));

    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, PIXELS).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, (FONT, 20))
        .margin(12)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..last, 0.0..high * 1.25)?;
    chart.configure_mesh().x_desc("seconds").y_desc("MiB").light_line_style(WHITE).draw()?;
    for (name, points, colour) in [("resident", resident, RESIDENT), ("allocated", live, LIVE)] {
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    drop(chart);
    drop(area);
    Ok(text)
}
