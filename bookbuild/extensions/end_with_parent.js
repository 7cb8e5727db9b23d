// Loaded into Node before KaTeX's server: when the build ends, however it ends, the
// pipe to it closes, and the server ends as well.
process.stdin.on("end", () => process.exit()).resume();
