// What readers can play with. Each `div.widget` holds a picture and data as JSON; without this script the picture stays.
//
// Nothing here computes what an engine does: `shuffle` and `index` play back traces that the engines recorded
// (src/book/traces.rs), `amdahl` shows measured points. No dependency, no network.
//
// For tests: a widget that runs has `data-state`, JSON that is current after every change.
//   shuffle      algo, byCarrier, skew, num, step, steps, counts (rows of each partition that have arrived), calls, moved
//   mean-median  delays (by partition), sum, count, mean, ofMeans, median, ofMedians, agrees { mean, ofMeans, ofMedians }
//   amdahl       serial, largest (shares from 0 to 1), cores, amdahl, limit, speedup, point (its number, or null)
//   index        kind, insert, step, steps, name, rows, labels, changed, crossed, ledger { rows, moved, gathered, steps,
//                barrier } of this step, and `sofar`, the same of all steps up to it
(() => {
  'use strict';

  // Parts that all widgets are made of --------------------------------------------------------------------------------

  const add = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...(children || []));
    return node;
  };
  const html = (tag, attributes, ...children) => add(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    add(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
  const words = (x, y, cls, anchor, size, text) =>
    svg('text', { x, y, class: cls, 'text-anchor': anchor, 'font-size': size }, text);

  let ids = 0;
  // A slider: its label, and its value in words beside it.
  const slider = (label, { min, max, step = 1, value, show = String, change }) => {
    const id = `widget-${ids += 1}`;
    const output = html('output', { for: id });
    const input = html('input', { type: 'range', id, min, max, step });
    const set = (value) => {
      input.value = value;
      output.textContent = show(Number(input.value));
      input.setAttribute('aria-valuetext', output.textContent);
    };
    input.addEventListener('input', () => { set(input.value); change(Number(input.value)); });
    set(value);
    return { node: html('div', { class: 'w-control' }, html('label', { for: id }, label), output, input), input, output, set };
  };
  const choice = (label, options, value, change) => {
    const id = `widget-${ids += 1}`;
    const input = html('select', { id, onchange: () => change(input.value) });
    for (const [value, text] of options) input.append(html('option', { value }, text));
    input.value = value;
    const set = (value) => { input.value = value; };
    return { node: html('div', { class: 'w-control' }, html('label', { for: id }, label), html('span'), input), input, set };
  };
  const button = (text, press, main) => html('button', { type: 'button', class: main ? 'main' : null, onclick: press }, text);

  // Buttons and arrow keys that go through numbered steps.
  const stepper = (stage, go) => {
    const place = html('span');
    const back = button('◀ Back', () => go(-1));
    const next = button('Step ▶', () => go(1), true);
    const end = button('To the end', () => go(Infinity));
    const start = button('Start again', () => go(-Infinity));
    stage.addEventListener('keydown', (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
      if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation(); // mdBook turns pages by arrow keys.
      go(by);
    });
    const show = (step, last) => {
      // A button that has the focus is not taken away under it.
      for (const [one, off] of [[back, step === 0], [start, step === 0], [next, step === last], [end, step === last]]) {
        one.setAttribute('aria-disabled', off);
        one.style.opacity = off ? 0.5 : '';
      }
      place.textContent = `step ${step} of ${last}`;
    };
    return { node: html('div', { class: 'w-steps' }, back, next, end, start, place), show };
  };
  const stageOf = (label) => html('div', { class: 'w-stage', tabindex: 0, role: 'group', 'aria-label': label });
  // What may be wider than the page scrolls by itself, also by keyboard.
  const wide = (cls, label) => html('div', { class: cls, tabindex: 0, role: 'group', 'aria-label': label });
  const says = (tall) => html('p', { class: tall ? 'w-says tall' : 'w-says', role: 'status', 'aria-live': 'polite' });
  const facts = (pairs) => html('dl', { class: 'w-facts' },
    ...pairs.map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, String(value)))));
  // Arrow keys in sliders and selects belong to them, not to mdBook's pages.
  const keepKeys = (root) => root.addEventListener('keydown', (event) => {
    if (/^(Arrow|Home|End|Page)/.test(event.key) && event.target.matches('input, select, [role="radio"]')) event.stopPropagation();
  });
  // Calls draw with the width that there is, now and whenever it changes.
  const drawn = (stage, draw) => {
    let width = 0;
    new ResizeObserver(() => {
      const now = Math.floor(stage.clientWidth);
      if (now > 0 && now !== width) draw(width = now);
    }).observe(stage);
    return () => width || Math.floor(stage.clientWidth) || 560;
  };
  const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
  const many = (count, one, more) => `${count.toLocaleString('en')} ${count === 1 ? one : more || `${one}s`}`;
  const MARKS = {
    circle: 'M-5.5,0A5.5,5.5 0 1 0 5.5,0A5.5,5.5 0 1 0 -5.5,0Z', square: 'M-5,-5H5V5H-5Z',
    diamond: 'M0,-7L7,0L0,7L-7,0Z', triangle: 'M0,-7L7,6H-7Z',
  };
  const mark = (x, y, shape, cls, scale = 1) => svg('path', { d: MARKS[shape], transform: `translate(${x} ${y}) scale(${scale})`, class: cls });

  const widgets = {};

  // shuffle -----------------------------------------------------------------------------------------------------------

  widgets.shuffle = (root, data) => {
    const state = { algo: 'hash', byCarrier: true, skew: 2, num: 4, step: 0 };
    const total = sum(data.slices);
    const starts = data.slices.map((_, slice) => sum(data.slices.slice(0, slice)));
    const sliceOf = (row) => starts.filter((start) => start <= row).length - 1;
    const stage = stageOf('Rows in slices and partitions. Left and right arrow keys step.');
    const code = wide('w-code', 'the call');
    const said = says(true);
    const counted = html('div');
    let run;
    let dots;

    // What the engine did, and where each row came to be.
    const load = () => {
      const { algo, byCarrier, skew, num } = state;
      run = data.runs.find((run) => run.algo === algo && run.by_carrier === byCarrier && run.skew === skew && run.num === num);
      run.moved = sum(run.steps.map((step) => step.moved));
      run.partitions = [];
      // Partitions to which no row came are seen too, but for `even` with a key, which makes its own.
      for (let number = 0; number < num && !(algo === 'even' && byCarrier); number += 1) run.partitions[number] = [];
      for (const [partition, rows] of run.calls) (run.partitions[partition] ||= []).push(rows);
      run.target = [];
      run.partitions.forEach((calls, partition) => calls.flat().forEach((row) => { run.target[row] = partition; }));
      run.heights = run.partitions.map((calls) => sum(calls.map((rows) => rows.length)));
      run.last = run.moved > 0 ? data.slices.length + 1 : 1;
    };
    const carrierOf = (row) => data.skews[state.skew].carriers[row];
    const arrived = (row) => (run.moved > 0 ? sliceOf(row) < state.step : state.step > 0);

    const GAP = 8;
    const PITCH = 18;
    const boxes = (width, count) => {
      const wide = (width - GAP * (count - 1)) / count;
      const across = Math.max(1, Math.floor((wide - 6) / PITCH));
      const margin = (wide - across * PITCH) / 2;
      return {
        wide, x: (number) => number * (wide + GAP), height: (rows) => Math.ceil(rows / across) * PITCH + 8,
        at: (number, y, place) => [
          number * (wide + GAP) + margin + PITCH * ((place % across) + 0.5), y + 4 + PITCH * (Math.floor(place / across) + 0.5)],
      };
    };

    // The picture: boxes, and dots that know both of their places.
    const draw = (width) => {
      const above = boxes(width, data.slices.length);
      const below = boxes(width, run.partitions.length);
      const top = 24 + above.height(Math.max(...data.slices)) + 68;
      const back = svg('g');
      const places = [];
      data.slices.forEach((height, slice) => {
        back.append(words(above.x(slice) + 2, 16, 'f-soft', 'start', 13, `slice ${slice}`),
          svg('rect', { x: above.x(slice), y: 24, width: above.wide, height: above.height(height), rx: 6, class: 'widget-box' }));
        for (let place = 0; place < height; place += 1) {
          const row = starts[slice] + place;
          const from = above.at(slice, 24, place);
          places[row] = { from };
          back.append(svg('circle', { cx: from[0], cy: from[1], r: 4, class: 'w-ghost' }));
        }
      });
      let bottom = top + 40;
      const largest = Math.max(...run.heights);
      const heads = svg('g');
      run.partitions.forEach((calls, partition) => {
        let y = top;
        for (const rows of calls) {
          const height = below.height(rows.length);
          back.append(svg('rect', {
            x: below.x(partition), y, width: below.wide, height, rx: 6,
            class: `widget-box${run.heights[partition] === largest ? ' largest' : ''}`,
          }));
          rows.forEach((row, place) => { places[row].to = below.at(partition, y, place); });
          y += height + 4;
        }
        bottom = Math.max(bottom, y);
        heads.append(words(below.x(partition) + 2, top - 24, 'f-soft', 'start', 13, below.wide > 84 ? `partition ${partition}` : `P${partition}`));
      });
      const middle = top - 50;
      back.append(words(width / 2, middle, 'f-soft', 'middle', 13,
        run.moved > 0 ? '↓ exchange ↓' : '↓ no exchange: ranges of rows ↓'));
      dots = places.map(({ from, to }, row) => {
        const carrier = carrierOf(row);
        const dot = svg('g', { class: `dot w-moves k${carrier}` }, svg('circle', { r: 8 }),
          svg('text', { y: 3.6, 'text-anchor': 'middle', 'font-size': 10 }, data.carriers[carrier][0]));
        return { dot, from, to };
      });
      const counts = run.partitions.map((_, partition) => words(below.x(partition) + 2, top - 7, 'f-ink strong', 'start', 15, ''));
      const picture = svg('svg', { viewBox: `0 0 ${width} ${bottom}`, role: 'img', 'aria-label': 'Rows as dots, by carrier' },
        back, heads, ...counts, ...dots.map((one) => one.dot));
      picture.style.height = `${bottom}px`;
      stage.replaceChildren(picture);
      stage.counts = counts;
      stage.short = below.wide <= 94;
      show();
    };

    const show = () => {
      dots.forEach(({ dot, from, to }, row) => {
        const [x, y] = arrived(row) ? to : from;
        dot.style.transform = `translate(${x}px, ${y}px)`;
      });
      const largest = Math.max(...run.heights);
      const counts = run.partitions.map(() => 0);
      for (let row = 0; row < total; row += 1) if (arrived(row)) counts[run.target[row]] += 1;
      stage.counts.forEach((text, partition) => {
        const most = state.step === run.last && run.heights[partition] === largest;
        text.textContent = `${most ? '▲ ' : ''}${stage.short ? counts[partition] : many(counts[partition], 'row')}`;
        text.setAttribute('class', most ? 'f-alarm strong' : 'f-ink strong');
      });
      const split = `${state.byCarrier ? 'by(["carrier"])' : ''}${state.byCarrier ? '.' : ''}num(${state.num})`;
      const algo = { hash: 'Hash', rand: 'Rand { seed: 7 }', even: 'Even', coarse: 'Coarse' }[state.algo];
      code.textContent = `transform(flights, function).partition(${split}.algo(Algo::${algo}))`;
      steps.show(state.step, run.last);
      said.textContent = inWords(counts);
      const touched = data.carriers.map((_, carrier) => new Set(run.target.filter((_, row) => carrierOf(row) === carrier)).size);
      const torn = touched.filter((partitions) => partitions > 1).length;
      counted.replaceChildren(facts([
        ['Rows moved, by the ledger', run.moved],
        ['Calls of the function', run.calls.length],
        ['Largest partition', `${largest} of ${total} rows`],
        ['Carriers torn apart', `${torn} of ${data.carriers.length}`],
      ]));
      root.dataset.state = JSON.stringify({
        algo: state.algo, byCarrier: state.byCarrier, skew: state.skew, num: state.num, step: state.step, steps: run.last,
        counts, calls: run.calls.length, moved: run.moved,
      });
    };

    const inWords = (counts) => {
      const largest = Math.max(...run.heights);
      const best = (total / largest).toFixed(1);
      if (state.step === 0) {
        return `${total} rows of ${data.carriers.length} carriers lie in ${data.slices.length} slices. Press Step.`;
      }
      if (state.step < run.last) {
        const slice = state.step - 1;
        const gone = run.partitions.map((_, partition) => run.target.filter((at, row) => at === partition && sliceOf(row) === slice).length);
        const how = state.byCarrier ? 'by its carriers' : 'by chance';
        return `Slice ${slice} is split ${how}: ${gone.map((rows, to) => `${rows} to ${to}`).join(', ')}. `
          + `Its rows are copied; no call of the function can start yet.`;
      }
      const wait = run.moved > 0 ? 'All slices are done: only now can the function be called. ' : 'Nothing moved. ';
      const straggler = `With a worker for each partition: at most ${best} times as fast as one worker, for all wait for the largest.`;
      const calls = {
        true: {
          hash: 'One call per carrier.',
          rand: 'Whole carriers are dealt out by chance, one call each: another seed, another division.',
          even: `One carrier in each partition, the largest first; num(${state.num}) is only the number of buckets on the way.`,
          coarse: 'One call per partition: the function sees several carriers at once, and none is split.',
        },
        false: {
          hash: 'Without a key a partition is a range of rows as they lie.',
          rand: 'Each row was dealt out by chance: about equal parts, and no range of the input.',
          even: 'Ranges of rows that differ by one row at most.',
          coarse: 'Without a key a partition is a range of rows as they lie.',
        },
      }[state.byCarrier][state.algo];
      const mixed = state.byCarrier ? '' : ' A mean per carrier would be wrong here: its rows are in several calls.';
      return `${wait}${calls}${mixed} ${straggler}`;
    };

    const changed = (change) => {
      const atEnd = state.step > 0;
      Object.assign(state, change);
      load();
      // Whoever has seen the end wants to see what becomes of it.
      state.step = atEnd ? run.last : 0;
      draw(width());
    };
    const steps = stepper(stage, (by) => {
      state.step = Math.min(run.last, Math.max(0, state.step + by));
      show();
    });
    const controls = html('div', { class: 'w-controls' },
      choice('How rows are divided', [['hash', 'hash'], ['rand', 'rand'], ['even', 'even'], ['coarse', 'coarse']],
        state.algo, (algo) => changed({ algo })).node,
      choice('By', [['carrier', 'carrier (a key)'], ['', 'nothing (rows)']], 'carrier',
        (key) => changed({ byCarrier: key === 'carrier' })).node,
      slider('Partitions', { min: 2, max: 6, value: state.num, change: (num) => changed({ num }) }).node,
      slider('Skew', {
        min: 0, max: data.skews.length - 1, value: state.skew, show: (skew) => data.skews[skew].name, change: (skew) => changed({ skew }),
      }).node);
    const legend = html('ul', { class: 'w-legend' }, ...data.carriers.map((carrier, number) =>
      html('li', {}, html('span', { class: `letter k${number}`, 'aria-hidden': 'true' }, carrier[0]), carrier)));
    root.append(controls, code, steps.node, said, legend, stage, counted);
    load();
    const width = drawn(stage, draw);
    draw(width());
  };

  // mean-median -------------------------------------------------------------------------------------------------------

  widgets['mean-median'] = (root, data) => {
    const mean = (values) => sum(values) / values.length;
    const median = (values) => {
      const sorted = [...values].sort((one, other) => one - other);
      const half = sorted.length >> 1;
      return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    };
    const presets = {
      'Start again': data.delays,
      'As many in each': [[-5, 3, 96], [10, 12, 40], [-8, 5, 8]],
      'Agree by luck': [[0, 10, 20, 30], [10, 20], [5, 15, 25]],
    };
    let delays = data.delays.map((of) => [...of]);
    const stage = html('div', { class: 'w-stage' });
    const said = says();
    const parts = html('div', { class: 'w-parts' });
    const table = wide('w-scroll', 'figures');
    const short = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1)).replace('-', '−');
    const minutes = (value) => `${short(value)} min`;
    let sliders = [];

    const result = () => {
      const all = delays.flat();
      const agree = (one, other) => Math.abs(one - other) < 1e-9;
      const [ofMeans, ofMedians] = [mean(delays.map(mean)), median(delays.map(median))];
      const fromSums = sum(delays.map(sum)) / sum(delays.map((of) => of.length));
      return {
        sum: sum(all), count: all.length, mean: mean(all), fromSums, ofMeans, median: median(all), ofMedians,
        agrees: { mean: agree(fromSums, mean(all)), ofMeans: agree(ofMeans, mean(all)), ofMedians: agree(ofMedians, median(all)) },
        equal: delays.every((of) => of.length === delays[0].length),
      };
    };

    const draw = (width) => {
      const left = width < 440 ? 74 : 96;
      const x = (value) => left + (value - data.from) / (data.to - data.from) * (width - left - 14);
      const picture = svg('svg', { role: 'img', 'aria-label': 'Delays as dots on a line for each partition and for all rows' });
      const lines = delays.map((of, number) => [`partition ${number}`, of, number]);
      let y = 26;
      for (const [name, of, partition] of [...lines, ['all rows', delays.flat(), null]]) {
        picture.append(svg('polyline', { points: `${left},${y} ${width - 14},${y}`, class: 's-grid', fill: 'none' }),
          words(0, y + 5, partition === null ? 'f-ink strong' : 'f-ink', 'start', 13, name));
        of.forEach((delay, place) => {
          const dot = mark(x(delay), y, 'circle', partition === null ? 'f-soft' : 'f-ink w-drag');
          if (partition !== null) dot.addEventListener('pointerdown', (event) => drag(event, picture, x, partition, place));
          picture.append(dot);
        });
        picture.append(mark(x(mean(of)), y + 15, 'triangle', 'f-eager'), mark(x(median(of)), y - 14, 'diamond', 'f-dropin'));
        y += 50;
      }
      const { ofMeans, ofMedians } = result();
      picture.append(svg('polyline', { points: `${left},${y} ${width - 14},${y}`, class: 's-grid widget-dashed', fill: 'none' }),
        words(0, y + 5, 'f-ink strong', 'start', 13, 'combined'),
        mark(x(ofMeans), y + 15, 'triangle', 'f-eager'), mark(x(ofMedians), y - 14, 'diamond', 'f-dropin'));
      for (let tick = Math.ceil(data.from / 30) * 30; tick <= data.to; tick += 30) {
        picture.append(words(x(tick), y + 42, 'f-soft', 'middle', 12, short(tick)));
      }
      picture.setAttribute('viewBox', `0 0 ${width} ${y + 48}`);
      picture.style.height = `${y + 48}px`;
      stage.replaceChildren(picture);
    };
    const drag = (event, picture, x, partition, place) => {
      event.preventDefault();
      const [from, to] = [x(data.from), x(data.to)];
      const move = (event) => {
        const at = event.clientX - stage.getBoundingClientRect().left;
        const value = Math.round(data.from + (at - from) / (to - from) * (data.to - data.from));
        delays[partition][place] = Math.min(data.to, Math.max(data.from, value));
        sliders[partition][place].set(delays[partition][place]);
        show();
      };
      const stop = () => { removeEventListener('pointermove', move); removeEventListener('pointerup', stop); };
      addEventListener('pointermove', move);
      addEventListener('pointerup', stop);
    };

    const build = () => {
      sliders = [];
      parts.replaceChildren(...delays.map((of, partition) => {
        sliders[partition] = of.map((value, place) => {
          const change = (value) => { delays[partition][place] = value; show(); };
          const one = slider(`partition ${partition}, delay ${place + 1}`,
            { min: data.from, max: data.to, value, show: minutes, change });
          return one;
        });
        const lines = sliders[partition].map((one) => html('label', {},
          html('span', { class: 'w-hidden' }, one.node.querySelector('label').textContent), one.input, one.output));
        const change = (work, focus) => () => { work(); build(); show(); parts.children[partition].querySelectorAll('button')[focus].focus(); };
        const more = button('One more', change(() => of.push(15), 0));
        const less = button('One less', change(() => of.length > 1 && of.pop(), 1));
        more.setAttribute('aria-label', `one more delay in partition ${partition}`);
        less.setAttribute('aria-label', `one less delay in partition ${partition}`);
        if (of.length >= 6) more.setAttribute('aria-disabled', true);
        return html('div', { class: 'w-part', role: 'group', 'aria-label': `partition ${partition}` },
          html('h4', {}, `partition ${partition}`), ...lines, html('div', { class: 'w-steps' }, more, less), html('p'));
      }));
    };

    const show = () => {
      const found = result();
      draw(width());
      delays.forEach((of, partition) => {
        parts.children[partition].querySelector('p').textContent =
          `sum ${short(sum(of))}, count ${of.length}, mean ${short(mean(of))}, median ${short(median(of))}`;
      });
      const verdict = (agrees, always, why) => (!agrees ? ['no', '✗ differs'] : always ? ['yes', '✓ always'] : ['yes', `✓ ${why}`]);
      const lines = [
        ['sum of the sums', found.sum, found.sum, verdict(true, true)],
        ['sum of the counts', found.count, found.count, verdict(true, true)],
        ['sum of sums / sum of counts', found.fromSums, found.mean, verdict(found.agrees.mean, true)],
        ['mean of the means', found.ofMeans, found.mean,
          verdict(found.agrees.ofMeans, false, found.equal ? 'as many in each' : 'by luck')],
        ['median of the medians', found.ofMedians, found.median, verdict(found.agrees.ofMedians, false, 'by luck')],
      ];
      table.replaceChildren(html('table', {},
        html('thead', {}, html('tr', {}, ...['from partial results', 'combined', 'all rows', ''].map((name) => html('th', { scope: 'col' }, name)))),
        html('tbody', {}, ...lines.map(([name, combined, all, [cls, text]]) => html('tr', {},
          html('th', { scope: 'row' }, name), html('td', {}, short(combined)), html('td', {}, short(all)), html('td', { class: cls }, text))))));
      const means = found.agrees.ofMeans
        ? `The mean of the means agrees${found.equal ? ', because there are as many delays in each partition' : ' by luck'}.`
        : `The mean of the means is ${short(found.ofMeans)} and the mean ${short(found.mean)}.`;
      const medians = found.agrees.ofMedians ? 'The median of the medians agrees by luck.'
        : `The median of the medians is ${short(found.ofMedians)} and the median ${short(found.median)}.`;
      said.textContent = `${means} ${medians} The mean from sums and counts agrees always.`;
      root.dataset.state = JSON.stringify({
        delays, sum: found.sum, count: found.count, mean: found.mean, ofMeans: found.ofMeans, median: found.median,
        ofMedians: found.ofMedians, agrees: found.agrees,
      });
    };
    const buttons = Object.entries(presets).map(([name, values]) => button(name, () => {
      delays = values.map((of) => [...of]);
      build();
      show();
    }));
    const key = (shape, cls, text) => html('li', {}, svg('svg', { viewBox: '-8 -8 16 16', 'aria-hidden': 'true' }, mark(0, 0, shape, cls)), text);
    root.append(html('div', { class: 'w-steps' }, ...buttons),
      html('ul', { class: 'w-legend' }, key('circle', 'f-ink', 'a delay, minutes'), key('triangle', 'f-eager', 'mean'), key('diamond', 'f-dropin', 'median')),
      stage, parts, table, said);
    build();
    const width = drawn(stage, draw);
    show();
  };

  // amdahl ------------------------------------------------------------------------------------------------------------

  widgets.amdahl = (root, data) => {
    const state = { serial: data.serial, largest: data.largest, cores: data.cores, point: null };
    const points = data.points.filter((point) => Number.isFinite(point.speedup) && point.threads > 1);
    const stage = html('div', { class: 'w-stage' });
    const said = says();
    const counted = html('div');
    const amdahl = (cores, serial = state.serial) => 1 / (serial + (1 - serial) / cores);
    const percent = (share) => `${Math.round(share * 1000) / 10}\u00a0%`;
    const SHAPES = { dropin: 'square', partitioned: 'triangle' };
    const nice = (most) => [2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64].find((one) => one >= most) || most;

    const draw = (width) => {
      const [left, right, bottom] = [34, width - 10, 270];
      const most = Math.max(state.cores, 2, ...points.map((point) => point.threads));
      const high = nice(Math.max(2, 1.08 * amdahl(most), ...points.map((point) => Math.min(point.speedup, most))));
      const x = (cores) => left + (cores - 0.5) / (most - 0.5) * (right - left);
      const y = (speedup) => bottom - speedup / high * (bottom - 24);
      const picture = svg('svg', { viewBox: `0 0 ${width} 306`, role: 'group', 'aria-label': 'Speed-up against cores' });
      picture.style.height = '306px';
      const line = (at, cls) => svg('polyline', { points: at.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(' '), class: cls, fill: 'none' });
      const every = (most, ticks) => [1, 2, 4, 5, 8, 10, 16, 20].find((step) => most / step <= ticks);
      for (let tick = 0; tick <= high; tick += every(high, 6)) {
        picture.append(line([[left, y(tick)], [right, y(tick)]], 's-grid'), words(left - 7, y(tick) + 4, 'f-soft', 'end', 13, String(tick)));
      }
      for (let tick = 1; tick <= most; tick += 1) {
        const step = every(most, width < 440 ? 6 : 10);
        if (tick === 1 || tick % step === 0) picture.append(words(x(tick), bottom + 18, 'f-soft', 'middle', 13, String(tick)));
      }
      picture.append(words(right, bottom + 34, 'f-soft', 'end', 13, 'cores'), words(0, 12, 'f-soft', 'start', 13, 'times as fast'));
      const curve = (limit) => Array.from({ length: 61 }, (_, part) => {
        const cores = 1 + (most - 1) * part / 60;
        return [x(cores), y(Math.min(amdahl(cores), limit))];
      });
      const end = Math.min(most, high);
      const limit = state.largest > 0 ? 1 / state.largest : Infinity;
      picture.append(line([[x(1), y(1)], [x(end), y(end)]], 's-soft widget-dotted'));
      if (limit <= high) {
        picture.append(line([[x(1), y(limit)], [x(most), y(limit)]], 's-alarm widget-dashed'),
          words(x(1), y(limit) - 6, 'f-alarm', 'start', 13, `the largest task allows ${limit.toFixed(1)}x`));
      }
      picture.append(line(curve(Infinity), 's-dropin widget-dotted'), line(curve(limit), 's-dropin widget-line'));
      const here = Math.min(amdahl(state.cores), limit);
      picture.append(svg('circle', { cx: x(state.cores), cy: y(here), r: 6, class: 'f-dropin' }));
      // Marks that would lie on each other stand beside each other.
      const taken = [];
      const marks = points.map((point, number) => {
        const height = y(Math.min(point.speedup, high));
        const side = point.mode === 'partitioned' ? 1 : -1;
        let at = x(point.threads) + side * 6;
        while (taken.some(([a, b]) => Math.abs(a - at) < 9 && Math.abs(b - height) < 8)) at += side * 9;
        taken.push([at, height]);
        const chosen = state.point === number;
        return svg('g', {
          class: 'w-point', role: 'radio', tabindex: chosen || (state.point === null && number === 0) ? 0 : -1, 'aria-checked': String(chosen),
          'aria-label': nameOf(point), onclick: () => pick(number, true),
          onkeydown: (event) => {
            const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            if (by) pick((number + by + points.length) % points.length, true);
            else if (event.key === 'Enter' || event.key === ' ') pick(number, true);
            else return;
            event.preventDefault();
            event.stopPropagation();
          },
        }, svg('title', {}, nameOf(point)), mark(at, height, SHAPES[point.mode] || 'circle', `f-${SHAPES[point.mode] ? point.mode : 'eager'}`, 0.75));
      });
      picture.append(svg('g', { role: 'radiogroup', 'aria-label': 'Measured points' }, ...marks));
      stage.replaceChildren(picture);
      stage.marks = marks;
    };
    const nameOf = (point) =>
      `${point.workload}, ${point.mode}, ${point.threads} threads: ${point.speedup.toFixed(2)} times as fast`;

    const pick = (number, focus) => {
      state.point = number;
      const point = points[number];
      if (point) {
        // Amdahl's law, solved for the serial share.
        const serial = (point.threads / point.speedup - 1) / (point.threads - 1);
        Object.assign(state, { serial: Math.min(1, Math.max(0, serial)), largest: point.largest_share || 0 });
        sliders.serial.set(state.serial * 100);
        sliders.largest.set(state.largest * 100);
      }
      if (measured) measured.set(number === null ? '' : String(number));
      show();
      if (focus && point) stage.marks[number].focus();
    };

    const show = () => {
      draw(width());
      const limit = state.largest > 0 ? 1 / state.largest : null;
      const speed = amdahl(state.cores);
      const here = limit === null ? speed : Math.min(speed, limit);
      const point = state.point === null ? null : points[state.point];
      const bound = limit !== null && limit < speed ? 'the largest task is the limit' : `the serial ${percent(state.serial)} are the limit`;
      const own = point
        ? `Measured: ${nameOf(point)} as on one, in ${(point.wall_s * 1000).toPrecision(3)} ms. `
          + (point.speedup > point.threads ? 'That is more than its threads explain: something else differed too. ' : `It ran as if ${percent(state.serial)} were serial. `)
          + (point.largest_share ? `Its largest task had ${percent(point.largest_share)} of the rows. ` : '')
        : '';
      said.textContent = `${own}On ${state.cores} cores: at best ${here.toFixed(1)} times as fast; `
        + `${bound}. On any number of cores: ${(limit === null && state.serial === 0) ? 'no limit' : `${Math.min(limit ?? Infinity, 1 / state.serial).toFixed(1)} times`}.`;
      counted.replaceChildren(facts([
        ['Amdahl\'s law', `${speed.toFixed(2)}x`],
        ['The largest task allows', limit === null ? 'any' : `${limit.toFixed(2)}x`],
        ['So at best', `${here.toFixed(2)}x`],
        ['Cores that wait, on average', (state.cores - here).toFixed(1)],
      ]));
      root.dataset.state = JSON.stringify({
        serial: state.serial, largest: state.largest, cores: state.cores, amdahl: speed, limit, speedup: here, point: state.point,
      });
    };
    const moved = (change) => {
      Object.assign(state, change, { point: null });
      if (measured) measured.set('');
      show();
    };
    const sliders = {
      serial: slider('Serial share of the work', {
        min: 0, max: 100, step: 0.1, value: state.serial * 100, show: (value) => `${value}\u00a0%`, change: (value) => moved({ serial: value / 100 }),
      }),
      cores: slider('Cores', { min: 2, max: 64, value: state.cores, change: (cores) => { state.cores = cores; show(); } }),
      largest: slider('Largest task, share of the work', {
        min: 0, max: 100, step: 0.1, value: state.largest * 100, show: (value) => (value ? `${value}\u00a0%` : 'all equal'),
        change: (value) => moved({ largest: value / 100 }),
      }),
    };
    const measured = points.length > 0
      ? choice('Measured on this page\'s machine', [['', 'choose one'], ...points.map((point, number) =>
        [String(number), `${point.workload}, ${point.mode}, ${point.threads} threads`])], '',
      (value) => pick(value === '' ? null : Number(value)))
      : null;
    const key = (text, ...parts) => html('li', {}, svg('svg', { viewBox: '-8 -8 16 16', 'aria-hidden': 'true' }, ...parts), text);
    const stroke = (cls) => svg('polyline', { points: '-8,0 8,0', class: cls });
    root.append(html('div', { class: 'w-controls' }, sliders.serial.node, sliders.cores.node, sliders.largest.node, ...(measured ? [measured.node] : [])),
      html('ul', { class: 'w-legend' }, key('at best', stroke('s-dropin widget-line')), key('Amdahl alone', stroke('s-dropin widget-dotted')),
        key('every core as good as the first', stroke('s-soft widget-dotted')),
        ...(measured ? [key('measured, drop-in', mark(0, 0, 'square', 'f-dropin')), key('measured, partitioned', mark(0, 0, 'triangle', 'f-partitioned'))] : [])),
      stage, said, counted);
    const width = drawn(stage, draw);
    show();
  };

  // index -------------------------------------------------------------------------------------------------------------

  widgets.index = (root, data) => {
    const state = { kind: 'distributed-sequence', insert: 'filter', step: 0 };
    const stage = stageOf('Rows with their labels, by partition. Left and right arrow keys step.');
    const said = says(true);
    const code = wide('w-code', 'the call');
    const table = wide('w-scroll', 'figures');
    const bit = 2 ** 33;
    const home = (flight) => Math.floor(flight / (data.delays.length / 4));
    const shown = (label) => (label >= bit ? `${Math.floor(label / bit)}:${label % bit}` : state.kind === 'distributed' && plain() ? `0:${label}` : String(label));
    // Only before they are numbered anew are labels of the distributed index in two parts.
    const plain = () => !['reset_index', 'iloc'].includes(run.stages[state.step].step);
    let run;
    let cells = new Map();

    const load = () => {
      run = data.runs.find((run) => run.kind === state.kind && run.insert.join(' then ') === state.insert);
      run.last = run.stages.length - 1;
    };
    // Each row of a stage: its partition, its place in all rows, and its label.
    const rowsOf = (number) => {
      const { partitions, labels } = run.stages[number];
      let place = 0;
      return new Map(partitions.flatMap((flights, partition) => flights.map((flight, within) =>
        [flight, { partition, within, place, label: labels[place++] }])));
    };
    // How rows lie at a step: the last one only points at a row.
    const lie = (step) => rowsOf(run.stages[step].step === 'iloc' ? step - 1 : step);
    const totals = (steps) => ({
      rows: sum(steps.map((step) => step.rows)), moved: sum(steps.map((step) => step.moved)),
      gathered: sum(steps.map((step) => step.gathered)), steps: steps.length, barrier: steps.filter((step) => step.barrier).length,
    });

    const PITCH = { x: 48, y: 44 };
    const draw = (width) => {
      const across = Math.max(1, Math.floor((width - 12) / PITCH.x));
      const now = lie(state.step);
      const before = state.step > 0 ? lie(state.step - 1) : now;
      const found = run.stages[state.step].step === 'iloc' ? rowsOf(state.step) : null;
      const heights = run.stages[found ? state.step - 1 : state.step].partitions.map((flights) => Math.max(1, Math.ceil(flights.length / across)));
      const tops = heights.map((_, number) => sum(heights.slice(0, number).map((lines) => lines * PITCH.y + 30)) + 22);
      const height = Math.max(sum(heights.map((lines) => lines * PITCH.y + 30)), 4 * (PITCH.y + 30)) + 4;
      let picture = stage.querySelector('svg');
      if (!picture) {
        picture = svg('svg', { role: 'img', 'aria-label': 'Rows by partition, each with its label' }, svg('g'));
        stage.replaceChildren(picture);
      }
      picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
      picture.style.height = `${height}px`;
      picture.firstChild.replaceChildren(...tops.flatMap((top, partition) => [
        words(2, top - 6, 'f-soft', 'start', 13, `partition ${partition}: ${many(run.stages[found ? state.step - 1 : state.step].partitions[partition].length, 'row')}`),
        svg('rect', { x: 0.5, y: top, width: width - 1, height: heights[partition] * PITCH.y + 2, rx: 6, class: 'widget-box' })]));
      for (let flight = 0; flight < data.delays.length; flight += 1) {
        let cell = cells.get(flight);
        if (!cell) {
          cell = svg('g', { class: `w-cell w-moves k${home(flight)}` }, svg('rect', { width: 44, height: 38, rx: 5 }),
            svg('text', { x: 22, y: 18, class: 'label', 'text-anchor': 'middle' }),
            svg('text', { x: 22, y: 32, class: 'delay', 'text-anchor': 'middle' }, `${String(data.delays[flight]).replace('-', '−')} min`));
          cells.set(flight, cell);
          picture.append(cell);
        }
        const at = now.get(flight);
        cell.style.opacity = !at ? 0 : found && !found.has(flight) ? 0.35 : 1;
        if (!at) {
          cell.setAttribute('aria-hidden', 'true');
          continue;
        }
        cell.style.transform = `translate(${4 + (at.within % across) * PITCH.x}px, ${tops[at.partition] + 4 + Math.floor(at.within / across) * PITCH.y}px)`;
        cell.children[1].textContent = shown(at.label);
        const relabelled = !found && before.has(flight) && before.get(flight).label !== at.label;
        cell.setAttribute('class', `w-cell w-moves k${home(flight)}${relabelled ? ' changed' : ''}${found && found.has(flight) ? ' found' : ''}`);
      }
    };

    const NAMES = {
      read: 'read_parquet', filter: 'query(delay > 0)', sort: 'sort_values("delay")', reset_index: 'reset_index(drop)', iloc: `iloc(${data.place})`,
    };
    const show = () => {
      draw(width());
      const { step: name, ledger } = run.stages[state.step];
      const now = lie(state.step);
      const before = state.step > 0 ? lie(state.step - 1) : new Map();
      const both = [...now].filter(([flight]) => before.has(flight));
      const changed = name === 'iloc' ? 0 : both.filter(([flight, at]) => before.get(flight).label !== at.label).length;
      const crossed = name === 'iloc' ? 0 : both.filter(([flight, at]) => before.get(flight).partition !== at.partition).length;
      const own = totals(ledger);
      const all = totals(run.stages.slice(0, state.step + 1).flatMap((stage) => stage.ledger));
      code.textContent = `frame = ${run.stages.slice(0, state.step + 1).map((stage) => NAMES[stage.step]).join('.')}`;
      steps.show(state.step, run.last);
      const labels = [...now.values()].map((at) => at.label);
      said.textContent = inWords(name, now, before, changed, crossed, own);
      const line = (cells, cls) => html('tr', { class: cls }, ...cells.map((cell, at) => html(at === 0 ? 'th' : 'td', at === 0 ? { scope: 'row' } : {}, String(cell))));
      const waits = (step) => (step.barrier ? 'all wait' : '');
      const done = run.stages.slice(0, state.step + 1).flatMap((stage) => stage.ledger);
      const plain = data.runs.find((run) => run.kind === state.kind && run.insert.length === 0);
      const without = totals(plain.stages.flatMap((stage) => stage.ledger));
      table.replaceChildren(html('table', {},
        html('thead', {}, html('tr', {}, ...['the ledger', 'rows', 'moved', 'gathered', ''].map((name) => html('th', { scope: 'col' }, name)))),
        html('tbody', {}, ...done.map((step) => line([step.what, step.rows, step.moved, step.gathered, waits(step)])),
          line(['so far', all.rows, all.moved, all.gathered, many(all.barrier, 'wait')], 'strong'),
          ...(state.step === run.last && run.insert.length > 0
            ? [line(['with nothing inserted', without.rows, without.moved, without.gathered, many(without.barrier, 'wait')])] : []))));
      root.dataset.state = JSON.stringify({
        kind: state.kind, insert: state.insert, step: state.step, steps: run.last, name, rows: now.size, labels, changed, crossed, ledger: own, sofar: all,
      });
    };
    const inWords = (name, now, before, changed, crossed, own) => {
      const touched = `By the ledger ${many(own.rows, 'row was', 'rows were')} worked on${own.steps > 1 ? ` in ${own.steps} steps` : ''} and ${own.moved} moved`
        + `${own.barrier ? '; nothing after it could start before all of it had ended' : ''}.`;
      const kinds = {
        sequence: 'All rows were brought to one partition and numbered there.',
        'distributed-sequence': 'Each partition is numbered on from the one before: the row counts in the file say where it begins.',
        distributed: '1:0 stands for 1 times 2 to the 33 plus 0: a partition\'s number and a place in it. Nobody has to know of the others, and the labels are not those of pandas.',
      };
      const parts = run.stages[state.step].partitions.length;
      const divided = parts > 1;
      const labels = [...now.values()].map((at) => at.label);
      const rising = labels.every((label, at) => at === 0 || labels[at - 1] < label);
      return {
        read: () => `${now.size} rows, labels above, delays below. ${kinds[state.kind]} ${touched}`,
        filter: () => `${now.size} of ${before.size} rows are left, with the labels they had${rising ? ': now there are gaps' : ''}.${divided ? ' At which place its rows begin, no partition knows by itself.' : ''} ${touched}`,
        sort: () => `Rows lie by delay now and keep their labels${divided ? `: ${crossed} of ${now.size} are in another partition` : ', on one core'}. ${touched}`,
        reset_index: () => `${changed} of ${now.size} labels changed. ${divided ? 'Each partition begins where the one before ends, so all were counted first. ' : ''}${touched}`,
        iloc: () => {
          const [[flight, at]] = rowsOf(state.step);
          return `Place ${data.place} is the row with a delay of ${data.delays[flight]} minutes, label ${at.label}, in partition ${now.get(flight).partition}. ${touched}`;
        },
      }[name]();
    };

    const changed = (change) => {
      const name = run.stages[state.step].step;
      Object.assign(state, change);
      load();
      const at = run.stages.findIndex((stage) => stage.step === name);
      state.step = at < 0 ? 0 : at;
      show();
    };
    const steps = stepper(stage, (by) => {
      state.step = Math.min(run.last, Math.max(0, state.step + by));
      show();
    });
    const names = ['', 'filter', 'sort', 'filter then sort', 'sort then filter'];
    root.append(html('div', { class: 'w-controls' },
      choice('Insert', names.map((name) => [name, name || 'nothing']), state.insert, (insert) => changed({ insert })).node,
      choice('Kind of index', [...new Set(data.runs.map((run) => run.kind))].map((kind) => [kind, kind]), state.kind, (kind) => changed({ kind })).node),
    code, steps.node, said, stage, table);
    load();
    const width = drawn(stage, draw);
    show();
  };

  // Start: the picture goes when the widget stands. ---------------------------------------------------------------------

  for (const root of document.querySelectorAll('.widget[data-widget]')) {
    const make = widgets[root.dataset.widget];
    const still = root.querySelector('.widget-still');
    if (!make || !still) continue;
    const live = html('div');
    try {
      const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
      still.before(live);
      // The state is told on the widget itself.
      Object.defineProperty(live, 'dataset', { value: root.dataset });
      make(live, data);
      keepKeys(live);
      still.hidden = true;
    } catch (error) {
      live.remove();
      delete root.dataset.state;
      console.error(`widget ${root.dataset.widget}:`, error);
    }
  }
})();
