//! Documents made for their reader: frozen, addressed and reproducible, as HTML, CSV and PDF.
//!
//! An empty room until its issue. It will ask for its figures through `model::Api` like a page does, and draw with `chart`; so
//! it knows neither SQL nor the engine. PDF is made by typst as a library, here and nowhere else, with its own small `World`,
//! embedded fonts and a fixed date: the same input gives the same bytes. `server` alone may use it.
