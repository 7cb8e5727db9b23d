// The index as it is sent to a reader: half as large as MiniSearch writes it.
//
// MiniSearch names the section again for each word that stands in it. Here a word has,
// for each field, the sections in their order, each as its distance from the one before;
// a pair [distance, times] stands where the word is there more than once.
(function (root, make) {
  if (typeof module === "object" && module.exports) module.exports = make();
  else root.packed = make();
})(this, () => {
  "use strict";

  // The sections of a word in a field, {section: times}, as distances.
  function distances(sections) {
    let last = 0;
    return Object.keys(sections)
      .map(Number)
      .sort((one, other) => one - other)
      .map((section) => {
        const distance = section - last;
        last = section;
        return sections[section] === 1 ? distance : [distance, sections[section]];
      });
  }

  function sectionsAt(packed) {
    let last = 0;
    const sections = {};
    for (const entry of packed) {
      const [distance, times] = Array.isArray(entry) ? entry : [entry, 1];
      last += distance;
      sections[last] = times;
    }
    return sections;
  }

  // What MiniSearch writes of an index to which sections 0, 1, 2 ... were added once.
  function pack(written) {
    const { index, documentIds, fieldLength, storedFields, ...rest } = written;
    if (Object.entries(documentIds).some(([place, id]) => Number(place) !== id)) {
      throw new Error("the sections are not numbered in the order in which they were added");
    }
    const words = [...index].sort(([one], [other]) => (one < other ? -1 : 1));
    const stored = Object.values(storedFields);
    const names = Object.keys(stored[0] ?? {});
    return {
      ...rest,
      words: words.map(([word]) => word),
      places: words.map(([, fields]) =>
        Object.entries(fields).map(([field, found]) => [Number(field), distances(found)]),
      ),
      lengths: Object.values(fieldLength),
      stored: names.map((name) => [name, stored.map((section) => section[name])]),
    };
  }

  // The same for `MiniSearch.loadJS`.
  function unpack(packed) {
    const { words, places, lengths, stored, ...rest } = packed;
    const fieldsOf = (fields) =>
      Object.fromEntries(fields.map(([field, found]) => [field, sectionsAt(found)]));
    const sectionOf = (place) =>
      Object.fromEntries(stored.map(([name, values]) => [name, values[place]]));
    return {
      ...rest,
      index: words.map((word, place) => [word, fieldsOf(places[place])]),
      documentIds: { ...lengths.map((_, place) => place) },
      fieldLength: { ...lengths },
      storedFields: { ...lengths.map((_, place) => sectionOf(place)) },
    };
  }

  return { pack, unpack };
});
