//! A [`Plot`] to SVG: the one file that knows plotters.

use std::{fmt::Write, sync::OnceLock};

use model::Timestamp;
use plotters::backend::SVGBackend;
use plotters::{
    chart::{ChartBuilder, ChartContext},
    coord::{
        Shift,
        cartesian::Cartesian2d,
        combinators::{BindKeyPoints, WithKeyPoints},
        ranged1d::{DefaultFormatting, KeyPointHint, Ranged},
        types::RangedCoordi64,
    },
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{Circle, PathElement, Rectangle, Text},
    style::{
        Color, FontStyle, IntoFont, TRANSPARENT, TextStyle, register_font,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::{
    axis::Axis,
    palette::{self, Sentinel},
    plot::{Plot, Shape},
    ticks::ticks,
};

/// Why a chart could not be drawn. None of it depends on the data.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The embedded font cannot be read.
    #[error("the embedded font cannot be read")]
    Font,
    /// The drawing library refused.
    #[error("a chart could not be drawn: {0}")]
    Drawing(String),
}

/// The view box. Half of a wide page, so that labels keep their size there and can still be read on a small one.
const SIZE: (u32, u32) = (760, 220);
/// The font family of every label; pages use the same, so that what was measured here fits there.
const FAMILY: &str = "Inter";
static FONT: &[u8] = include_bytes!("../../../style/fonts/Inter-Regular.ttf");
/// Of labels, in units of the view box. plotters writes a size divided by 1.24 (its line height), which gives 12.
const LABEL: f64 = 14.88;
/// Between the legend's things.
const LEGEND_GAP: i32 = 18;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Coordinates = Cartesian2d<WithKeyPoints<RangedCoordi64>, Axis>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Coordinates>;
type Drawn<T> = Result<T, DrawingAreaErrorKind<std::io::Error>>;

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "a share of a few hundred pixels")]
    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.bottom) / (self.top - self.bottom);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.bottom..self.top
    }
}

/// The whole SVG element.
pub(crate) fn draw(plot: &Plot) -> Result<String, ChartError> {
    ready_font()?;
    let mut body = String::new();
    let rectangle = {
        let canvas = SVGBackend::with_string(&mut body, SIZE).into_drawing_area();
        let rectangle = draw_on(&canvas, plot).map_err(|error| ChartError::Drawing(error.to_string()))?;
        canvas.present().map_err(|error| ChartError::Drawing(error.to_string()))?;
        rectangle
    };
    // plotters' own opening tag has a fixed width and height; ours scales, names the chart and says where the plot is.
    let (_, body) = body.split_once('>').ok_or_else(|| ChartError::Drawing("no svg element".to_owned()))?;
    let mut svg = String::with_capacity(body.len() + 600);
    let (width, height) = SIZE;
    let (x, y, plot_width, plot_height) = rectangle;
    write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" viewBox=\"0 0 {width} {height}\" \
         data-plot=\"{x} {y} {plot_width} {plot_height}\" data-from=\"{}\" data-to=\"{}\" data-step=\"{}\">\
         <title>{}</title><desc>{}</desc>",
        plot.from.0,
        plot.to.0,
        plot.step,
        escaped(&plot.title),
        escaped(&plot.description)
    )
    .map_err(|error| ChartError::Drawing(error.to_string()))?;
    svg.push_str(body);
    Ok(svg)
}

fn ready_font() -> Result<(), ChartError> {
    static READY: OnceLock<bool> = OnceLock::new();
    let ready = READY.get_or_init(|| register_font(FAMILY, FontStyle::Normal, FONT).is_ok());
    if *ready { Ok(()) } else { Err(ChartError::Font) }
}

/// Draws everything; answers the plot's rectangle: x, y, width, height.
fn draw_on(canvas: &Canvas<'_>, plot: &Plot) -> Drawn<(i32, i32, i32, i32)> {
    let moments = ticks(plot.from, plot.to, plot.zone);
    let x_axis =
        (plot.from.0..plot.to.0.max(plot.from.0 + 1)).with_key_points(moments.iter().map(|(at, _)| at.0).collect());
    let mut chart = ChartBuilder::on(canvas)
        .margin_top(30)
        .margin_right(28)
        .x_label_area_size(26)
        .y_label_area_size(72)
        .build_cartesian_2d(x_axis, plot.axis.clone())?;
    for (from, to) in &plot.blanks {
        let corners = [(from.0, plot.axis.bottom), (to.0, plot.axis.top)];
        chart.draw_series([Rectangle::new(corners, palette::NO_DATA.rgb().filled())])?;
    }
    draw_axes(&mut chart, plot, &moments)?;
    let (columns, rows) = chart.plotting_area().get_pixel_range();
    if plot.is_empty() {
        let middle = (i32::midpoint(columns.start, columns.end), i32::midpoint(rows.start, rows.end));
        let style = text(palette::TEXT).pos(Pos::new(HPos::Center, VPos::Center));
        canvas.draw(&Text::new("no data in this period", middle, style))?;
    } else {
        draw_marks(&mut chart, plot)?;
    }
    draw_legend(canvas, plot, columns.start)?;
    Ok((columns.start, rows.start, columns.end - columns.start, rows.end - rows.start))
}

fn draw_axes(chart: &mut Chart<'_, '_>, plot: &Plot, moments: &[(Timestamp, String)]) -> Drawn<()> {
    let moment_label = |at: &i64| {
        moments.iter().find(|(moment, _)| moment.0 == *at).map_or_else(String::new, |(_, label)| label.clone())
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(palette::GRID.rgb())
        .light_line_style(TRANSPARENT)
        .axis_style(palette::AXIS.rgb())
        .set_all_tick_mark_size(4)
        .label_style(text(palette::TEXT))
        .x_label_formatter(&moment_label)
        .y_label_formatter(&|value| plot.axis.label(*value))
        .draw()
}

fn draw_marks(chart: &mut Chart<'_, '_>, plot: &Plot) -> Drawn<()> {
    for mark in &plot.marks {
        let colour = mark.colour.rgb();
        match &mark.shape {
            Shape::Line(stretches) => {
                for stretch in stretches {
                    let points: Vec<(i64, f64)> = stretch.iter().map(|(at, value)| (at.0, *value)).collect();
                    if let [alone] = points.as_slice() {
                        // A line of one point could not be seen.
                        chart.draw_series([Circle::new(*alone, 2, colour.filled())])?;
                    } else {
                        chart.draw_series([PathElement::new(points, colour.stroke_width(2))])?;
                    }
                }
            }
            Shape::Bars(bars) => {
                chart.draw_series(bars.iter().filter(|(_, _, value)| *value > 0.0).map(|(from, to, value)| {
                    let mut bar = Rectangle::new([(from.0, 0.0), (to.0, *value)], colour.filled());
                    bar.set_margin(0, 0, 0, 1);
                    bar
                }))?;
            }
        }
    }
    Ok(())
}

fn draw_legend(canvas: &Canvas<'_>, plot: &Plot, left: i32) -> Drawn<()> {
    let style = text(palette::TEXT).pos(Pos::new(HPos::Left, VPos::Center));
    let no_data = (!plot.blanks.is_empty()).then_some(("no data", palette::NO_DATA));
    let mut x = left;
    for (name, colour) in plot.marks.iter().map(|mark| (mark.name.as_str(), mark.colour)).chain(no_data) {
        canvas.draw(&Rectangle::new([(x, 10), (x + 12, 18)], colour.rgb().filled()))?;
        canvas.draw(&Text::new(name.to_owned(), (x + 18, 14), style.clone()))?;
        let (width, _) = canvas.estimate_text_size(name, &style)?;
        x += 18 + width.cast_signed() + LEGEND_GAP;
    }
    Ok(())
}

fn text(colour: Sentinel) -> TextStyle<'static> {
    (FAMILY, LABEL).into_font().color(&colour.rgb())
}

/// Text that means the same within XML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // XML has no way to write these.
            sign if sign.is_control() => safe.push(' '),
            sign => safe.push(sign),
        }
    }
    safe
}
