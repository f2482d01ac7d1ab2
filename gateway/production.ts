// Imported before all else: several libraries read it once, as they are loaded, and graphql looks into every object twice
// where it isn't set, which is a tenth of a request's CPU time. Who sets it to something else means it.
process.env.NODE_ENV ??= 'production';
