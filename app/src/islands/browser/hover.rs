//! The line under the pointer, and the numbers of its bucket.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use js_sys::{Array, Date, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, MouseEvent};

use super::{
    page::{around, document, listen},
    talk,
};

const SVG: &str = "http://www.w3.org/2000/svg";

/// Buckets by the address they came from; `None` while they are on their way.
type Known = Rc<RefCell<HashMap<String, Option<Array>>>>;

/// Where a chart's plot lies, in units of its view box, and which time it spans.
struct Plot {
    rect: [f64; 4],
    width: f64,
    from: f64,
    to: f64,
}

/// Serves every chart from now on, those swapped in later included.
pub fn start() {
    let known = Known::default();
    listen(&document(), "mousemove", move |event| {
        let chart = around(&event, "svg[data-plot]");
        leave(chart.as_ref());
        if let Some(chart) = chart
            && let Some(pointer) = event.dyn_ref::<MouseEvent>()
        {
            point(&chart, f64::from(pointer.client_x()), &known);
        }
    });
}

fn point(chart: &Element, client_x: f64, known: &Known) -> Option<()> {
    let plot = plot(chart)?;
    let bounds = chart.get_bounding_client_rect();
    let x = (client_x - bounds.left()) * plot.width / bounds.width();
    let [left, top, width, height] = plot.rect;
    if x < left || x > left + width {
        leave(None);
        return None;
    }
    let line = if let Some(line) = chart.query_selector(".hover-line").ok()? {
        line
    } else {
        let line = document().create_element_ns(Some(SVG), "line").ok()?;
        line.set_attribute("class", "hover-line").ok()?;
        chart.append_child(&line).ok()?;
        line
    };
    for (name, value) in [("x1", x), ("x2", x), ("y1", top), ("y2", top + height)] {
        line.set_attribute(name, &value.to_string()).ok()?;
    }
    let moment = plot.from + (x - left) / width * (plot.to - plot.from);
    say(chart, moment, known)
}

fn plot(chart: &Element) -> Option<Plot> {
    let numbers = |name: &str| -> Option<Vec<f64>> {
        Some(chart.get_attribute(name)?.split_whitespace().filter_map(|number| number.parse().ok()).collect())
    };
    Some(Plot {
        rect: numbers("data-plot")?.try_into().ok()?,
        width: *numbers("viewBox")?.get(2)?,
        from: *numbers("data-from")?.first()?,
        to: *numbers("data-to")?.first()?,
    })
}

/// Writes the bucket's numbers into the chart's readout; asks for them once.
fn say(chart: &Element, moment: f64, known: &Known) -> Option<()> {
    let figure = chart.closest("figure").ok()??;
    let readout = figure.query_selector(".chart-readout").ok()??;
    let zone = figure.get_attribute("data-zone").unwrap_or_else(|| "UTC".to_owned());
    let address = figure.get_attribute("data-series");
    let mut text = clock(moment, &zone);
    if let Some(address) = address {
        let points = known.borrow().get(&address).cloned();
        match points {
            Some(points) => text.push_str(&points.map(|points| numbers(&points, moment, &figure)).unwrap_or_default()),
            None => ask(address, known),
        }
    }
    readout.set_text_content(Some(&text));
    Some(())
}

fn ask(address: String, known: &Known) {
    known.borrow_mut().insert(address.clone(), None);
    let known = Rc::clone(known);
    spawn_local(async move {
        let points = talk::get(&address).await.ok().filter(|answer| answer.ok).and_then(|answer| {
            let series = js_sys::JSON::parse(&answer.text).ok()?;
            Reflect::get(&series, &"points".into()).ok()?.dyn_into::<Array>().ok()
        });
        known.borrow_mut().insert(address, points);
    });
}

/// The numbers that the figure names in `data-fields`, as `p95 84.2 ms`, of the last bucket that began before the moment.
fn numbers(points: &Array, moment: f64, figure: &Element) -> String {
    let began = |point: &JsValue| {
        Reflect::get(point, &"at".into()).ok().and_then(|at| at.as_string()).map_or(f64::NAN, |at| Date::parse(&at))
    };
    let Some(point) = points.iter().rfind(|point| began(point) <= moment) else {
        return "  no data".to_owned();
    };
    let fields = figure.get_attribute("data-fields").unwrap_or_default();
    fields
        .split(',')
        .filter_map(|field| {
            let (name, path) = field.split_once('=')?;
            let value = path.split('/').try_fold(point.clone(), |value, part| Reflect::get(&value, &part.into()).ok());
            let value = value.and_then(|value| value.as_f64());
            let said = match value {
                Some(us) if path.ends_with("_us") => format!("{} ms", digits(us / 1_000.0)),
                Some(value) => digits(value),
                None => "no data".to_owned(),
            };
            Some(format!("   {name} {said}"))
        })
        .collect()
}

/// Three digits.
fn digits(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn clock(moment: f64, zone: &str) -> String {
    let options = Object::new();
    for (name, value) in [
        ("timeZone", zone),
        ("weekday", "short"),
        ("day", "numeric"),
        ("month", "short"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("hourCycle", "h23"),
    ] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    Date::new(&moment.into()).to_locale_string("en-GB", &options).into()
}

/// Takes lines and readouts from all charts but this one.
fn leave(but: Option<&Element>) {
    for line in super::page::all(".hover-line") {
        if but.is_none_or(|chart| !chart.contains(Some(&line))) {
            if let Ok(Some(figure)) = line.closest("figure")
                && let Ok(Some(readout)) = figure.query_selector(".chart-readout")
            {
                readout.set_text_content(None);
            }
            line.remove();
        }
    }
}
