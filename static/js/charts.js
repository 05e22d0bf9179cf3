// Draws the charts of a page. The figures stand in the page as tables; this only adds pictures.
//
//   <div data-chart data-chart-source="trend-data"></div>
//   <script type="application/json" id="trend-data">{"option": …, "maps": {…}, "ratio": 0.6,
//     "minHeight": 240, "maxHeight": 320}</script>
//
// A data item with a `url` of this site leads there when it is clicked.
(() => {
  "use strict";

  const { echarts } = window;
  if (!echarts) {
    return;
  }

  const drawn = new WeakMap();

  const payloadOf = (element) => {
    const source = document.getElementById(element.dataset.chartSource);
    return source ? JSON.parse(source.textContent) : null;
  };

  const sizeOf = (element, payload) => {
    const width = element.clientWidth;
    const height = Math.min(payload.maxHeight, Math.max(payload.minHeight, width * payload.ratio));
    return { width, height: Math.round(height) };
  };

  const follow = (event) => {
    const url = event.data && event.data.url;
    if (!url) {
      return;
    }
    const target = new URL(url, document.baseURI);
    if (target.origin === window.location.origin) {
      window.location.assign(target);
    }
  };

  const draw = (element, payload) => {
    for (const [name, svg] of Object.entries(payload.maps)) {
      echarts.registerMap(name, { svg });
    }
    // Style attributes are forbidden by the content security policy: only the SVG renderer
    // with tooltips drawn inside the picture does without them.
    const chart = echarts.init(element, null, { renderer: "svg", ...sizeOf(element, payload) });
    chart.setOption(payload.option);
    chart.on("click", follow);
    return { chart, payload };
  };

  // With a view box the picture can shrink to the width of paper, which tells no script of itself.
  const frame = (element, { width, height }) => {
    element.querySelector("svg")?.setAttribute("viewBox", `0 0 ${width} ${height}`);
  };

  const fit = (element) => {
    if (element.clientWidth === 0) {
      return; // Hidden for now; the observer tells when it is shown.
    }
    const known = drawn.get(element);
    if (known) {
      const size = sizeOf(element, known.payload);
      // Drawing changes the height of the element, which is no reason to draw again.
      if (size.width !== known.chart.getWidth()) {
        known.chart.resize(size);
        frame(element, size);
      }
      return;
    }
    const payload = payloadOf(element);
    if (payload) {
      drawn.set(element, draw(element, payload));
      frame(element, sizeOf(element, payload));
    }
  };

  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) {
      fit(entry.target);
    }
  });

  for (const element of document.querySelectorAll("[data-chart]")) {
    observer.observe(element);
  }
})();
