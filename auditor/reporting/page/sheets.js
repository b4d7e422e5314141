// Runs before Bokeh, which styles its shadow roots by <style> elements; the page's policy forbids
// those. Here such an element becomes a sheet that its root adopts, which the policy allows.
(() => {
  "use strict";
  const append = ShadowRoot.prototype.append;
  const adopt = (root, element) => {
    const sheet = new CSSStyleSheet();
    let text = element.textContent;
    sheet.replaceSync(text);
    root.adoptedStyleSheets.push(sheet);
    Object.defineProperty(element, "textContent", {
      configurable: true,
      get: () => text,
      set: (css) => sheet.replaceSync((text = css)),
    });
    element.remove = () => {
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
      delete element.remove;
      delete element.textContent;
      element.textContent = text;
    };
  };
  ShadowRoot.prototype.append = function (...nodes) {
    for (const node of nodes) {
      if (node instanceof HTMLStyleElement) adopt(this, node);
      else append.call(this, node);
    }
  };
})();
