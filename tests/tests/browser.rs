//! What a person sees, in a real Chromium.

mod browser {
    mod barriers;
    mod living;
    mod making;
    mod picture;
}
