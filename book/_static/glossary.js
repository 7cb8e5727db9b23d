/* Put away the explanation of a word when Escape is pressed, and until it is asked for again. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(".explained").forEach((word) => {
    if (word.matches(":hover, :focus-within")) word.classList.add("put-away");
  });
});
["mouseout", "focusout"].forEach((leaving) => {
  document.addEventListener(leaving, (event) => {
    const word = event.target.closest?.(".explained");
    if (word && !word.contains(event.relatedTarget)) word.classList.remove("put-away");
  });
});
